"""Stand-ins shared by more than one suite. They obey the physics of what they stand for."""
