"""What nearly every chapter uses, in one import: ``from aelib.notebook.kit import Claims, glue, grade, listed, plots,
table``.
"""

from aelib.notebook import plots
from aelib.notebook.claims import Claims
from aelib.notebook.exercises import grade
from aelib.notebook.profiles import profile_name
from aelib.notebook.records import glue
from aelib.notebook.show import collect, listed, table

__all__ = ["Claims", "collect", "glue", "grade", "listed", "plots", "profile_name", "table"]
