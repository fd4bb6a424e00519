"""The core: everything Atelier can do, as plain functions and jobs, without Qt."""
