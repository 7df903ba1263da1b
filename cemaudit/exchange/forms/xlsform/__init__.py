"""A checklist as an XLSForm, for ODK Central, KoboToolbox and whatever else reads XLSForms."""
