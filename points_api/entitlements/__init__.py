"""Who is entitled to what, kept up to date for systems that hold lists."""
