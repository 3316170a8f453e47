"""What goes in and out of the API, as Pydantic models. Ids are decimal strings, instants UTC milliseconds."""
