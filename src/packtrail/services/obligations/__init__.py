"""Obligations of an organisation: what the law asks of it by when, and what is done about it.

reading     the radar, one obligation, the procedures that must be in place
saying      who sees to one, that it is done with evidence, that it is waived with a reason
reminding   who is reminded of what when its day comes near
calendars   the same for calendar programs, by a secret address
"""
