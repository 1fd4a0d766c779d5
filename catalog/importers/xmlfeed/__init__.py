"""XML from strangers: read as it comes, at constant memory, and never believed."""
