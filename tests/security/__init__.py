"""The whole site, address by address: nothing breaks, nothing opens for the wrong person, nothing leaks."""
