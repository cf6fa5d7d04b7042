"""The shell that all pages share: sign-in, access, languages, layout, form macros, static files."""
