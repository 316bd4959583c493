//! The program's own settings with their origin, and the district's settings.
