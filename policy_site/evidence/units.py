# ruff: noqa: RUF001 - words of many languages
"""Units of time in the languages of the interface and some more, each word with the unit that it means."""

from __future__ import annotations

from functools import lru_cache

_UNITS = {
    "second": "second seconds sekunde sekunden seconde secondes segundo segundos secondo secondi sekund sekundy saniye"
    " saniyede ثانية ثوان ثواني שנייה שניות 秒 秒間 秒钟",
    "minute": "minute minutes minuten minuto minutos minuti minut minuty minuta dakika dakikada دقيقة دقائق דקה דקות 分"
    " 分間 分钟 分鐘",
    "hour": "hour hours h stunde stunden heure heures hora horas ora ore uur godzin godziny godzina godzinę saat saatte"
    " ساعة ساعات שעה שעות 時間 小时 小時",
    "day": "day days d tag tage tagen tages tägig tägige tägigen tägiger jour jours j día días dia dias giorno giorni"
    " dag dagen dni dzień dnia dniach gün günü günden günlük يوم يوما يومًا يوماً أيام יום ימים ימי 日 日間 天",
    "business day": "werktag werktage werktagen arbeitstag arbeitstage arbeitstagen bankarbeitstage werkdagen"
    " 営業日 工作日 个工作日 個工作日",
    "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane weken tydzień tygodnie tygodni"
    " tygodniu hafta haftalık أسبوع أسابيع שבוע שבועות 週 週間 周 星期",
    "month": "month months monat monate monaten monats monatige mois mes meses mese mesi mês maand maanden miesiąc"
    " miesiące miesięcy miesiąca ay aylık شهر شهرا شهرًا شهراً أشهر شهور חודש חודשים חודשי か月 ヶ月 カ月 ヵ月 ケ月 箇月"
    " か月間 ヶ月間 ヵ月間 个月 個月",
    "quarter": "quarter quarters quartal quartale quartalen trimestre trimestres kwartał kwartału çeyrek",
    "year": "year years jahr jahre jahren jahres jährig jährige an ans année années año años anno anni ano anos jaar"
    " jaren rok roku lat lata yıl yıla yıldan yıllık سنة سنوات سنين عام أعوام עام שנה שנים שנות 年 年間",
}
_BEFORE_WORDS = """
calendar consecutive full whole more additional further business working ganze ganzen volle vollen weitere weiteren
kalendarzowych kolejnych takvim קלנדריים
"""
_BEFORE = frozenset(_BEFORE_WORDS.split())
"""What may stand between a number and its unit."""
_OF_BUSINESS_WORDS = """
business working ouvrés ouvrables hábiles laborables laborales úteis lavorativi roboczych iş عمل עסקים עבודה
"""
_OF_BUSINESS = frozenset(_OF_BUSINESS_WORDS.split())
"""What, before or after the word for days, leaves the days out on which nobody works."""


@lru_cache(maxsize=1)
def _by_word() -> dict[str, str]:
    return {word: unit for unit, words in _UNITS.items() for word in words.split()}


def unit_of(word: str) -> str:
    """Return the unit that a word means, empty for another word."""
    return _by_word().get(word.casefold(), "")


def is_between(word: str) -> bool:
    """Say whether a word may stand between a number and its unit: *30 calendar days*."""
    return word.casefold() in _BEFORE or word.casefold() in _OF_BUSINESS


def is_of_business(word: str) -> bool:
    """Say whether a word beside *days* means those on which people work."""
    return word.casefold() in _OF_BUSINESS


LONGEST_UNSPACED = 4
"""Signs of the longest unit in a script without spaces: ``か月間``, ``ヶ月間``."""
