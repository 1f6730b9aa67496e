"""All pages to disk, or none: the act of publishing.

Nothing is imported here: who only asks for the name of the manifest needs no Flask.
"""
