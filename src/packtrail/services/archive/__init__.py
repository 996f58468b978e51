"""Archive: closing months, keeping them as files, and what must be kept for how long."""
