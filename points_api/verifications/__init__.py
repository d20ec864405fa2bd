"""A merchant learns yes or no: by one-time code, wall code, server call, list or counter."""
