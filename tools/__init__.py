"""What maintainers run by hand or on a schedule; nothing here is needed for a build."""
