"""The room Reports: what receivers must be told, each report's life, files checked before they go.

listing     what is due, by receiver and state
life        one report, and what can be done with it
checks      pre-flight of any file, scores over time
receivers   who takes reports, and what forms ask of products and places
forms       the forms that are known, field by field
"""
