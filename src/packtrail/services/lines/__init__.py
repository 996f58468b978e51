"""Sites and packaging lines: what they are, what they report, and what is done there by hand."""
