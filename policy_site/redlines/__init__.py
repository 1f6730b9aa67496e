"""Two documents compared, section by section, block by block, word by word. Pure: values in, values out."""

from __future__ import annotations

from policy_site.redlines import docx as docx
from policy_site.redlines import html as html
from policy_site.redlines import json as json
from policy_site.redlines import text as text
from policy_site.redlines.carried import is_carried as is_carried
from policy_site.redlines.carried import words_of_section as words_of_section
from policy_site.redlines.changes import section_changes as section_changes
from policy_site.redlines.compare import compare as compare
from policy_site.redlines.phrases import ENGLISH as ENGLISH
from policy_site.redlines.phrases import RedlinePhrases as RedlinePhrases
from policy_site.redlines.source import SourceRedline as SourceRedline
from policy_site.redlines.source import compare_sources as compare_sources
from policy_site.redlines.tree import Leaf as Leaf
from policy_site.redlines.tree import Move as Move
from policy_site.redlines.tree import Note as Note
from policy_site.redlines.tree import NoteKind as NoteKind
from policy_site.redlines.tree import Operation as Operation
from policy_site.redlines.tree import OperationKind as OperationKind
from policy_site.redlines.tree import Redline as Redline
from policy_site.redlines.tree import Run as Run
from policy_site.redlines.tree import RunKind as RunKind
from policy_site.redlines.tree import SectionRedline as SectionRedline
from policy_site.redlines.weighing import count_matters as count_matters
from policy_site.redlines.weighing import weigh as weigh
