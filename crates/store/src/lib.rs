//! The only user of the database library: connect, read, write door, migrations.
