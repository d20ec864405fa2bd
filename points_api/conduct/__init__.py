"""What a merchant says of something lent or deferred; it stays inside its scenario."""
