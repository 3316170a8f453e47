"""Ships the engine's journal into the database and finishes recordings."""
