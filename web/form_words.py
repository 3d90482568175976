"""pydantic's error types said plainly, in French (the msgid); English stands in the catalogue.

Every type pydantic knows is in the table: a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping

from web.i18n import N_

REQUIRED = N_("Ce champ est obligatoire.")
INVALID = N_("Cette réponse ne convient pas.")
EMAIL = N_("Cette adresse électronique n’est pas complète. Exemple : nom@exemple.fr")
TOO_LONG = N_("Trop long : {max_length} caractères au plus.")
FORBIDDEN_CHARACTER = N_("Ce texte contient un caractère qui ne peut pas être enregistré.")
NO_SUCH_TIME = N_("Cette heure n’existe pas ce jour-là : les horloges changent.")
ONE_ANSWER = N_("Une seule réponse est attendue ici.")

_INTEGER = N_("Écrivez un nombre entier.")
_NUMBER = N_("Écrivez un nombre.")
_DATE = N_("Écrivez une date, par exemple 29/11/2026.")
_MOMENT = N_("Écrivez une date et une heure.")
_TIME = N_("Écrivez une heure, par exemple 9:30.")
_DURATION = N_("Écrivez une durée.")
_TEXT = N_("Écrivez un texte.")
_CHOICE = N_("Choisissez une des réponses proposées.")
_YES_NO = N_("Répondez par oui ou par non.")
_ADDRESS = N_("Cette adresse n’est pas valable. Exemple : https://exemple.fr")
_FILE = N_("Ce fichier ne convient pas.")
_LIST = N_("Une liste de réponses est attendue.")
_STRUCTURE = N_("La forme de cette réponse n’est pas celle attendue.")

WORDS: dict[str, str] = {
    "missing": REQUIRED,
    "missing_argument": REQUIRED,
    "missing_keyword_only_argument": REQUIRED,
    "missing_positional_only_argument": REQUIRED,
    "missing_sentinel_error": REQUIRED,
    "extra_forbidden": N_("Ce champ n’existe pas ici."),
    "string_too_short": N_("Trop court : {min_length} caractères au moins."),
    "string_too_long": TOO_LONG,
    "string_pattern_mismatch": N_("Cette réponse n’a pas la forme attendue."),
    "bytes_too_short": N_("Trop court : {min_length} octets au moins."),
    "bytes_too_long": N_("Trop long : {max_length} octets au plus."),
    "too_short": N_("Choisissez au moins {min_length} réponses."),
    "too_long": N_("Choisissez au plus {max_length} réponses."),
    "greater_than": N_("Le nombre doit être plus grand que {gt}."),
    "greater_than_equal": N_("Le nombre doit être au moins {ge}."),
    "less_than": N_("Le nombre doit être plus petit que {lt}."),
    "less_than_equal": N_("Le nombre doit être au plus {le}."),
    "multiple_of": N_("Le nombre doit être un multiple de {multiple_of}."),
    "finite_number": _NUMBER,
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_from_float": _INTEGER,
    "int_parsing_size": N_("Ce nombre est trop grand."),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "complex_type": _NUMBER,
    "complex_str_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": N_("Ce nombre a trop de chiffres : {max_digits} au plus."),
    "decimal_max_places": N_("Trop de chiffres après la virgule : {decimal_places} au plus."),
    "decimal_whole_digits": N_("Ce nombre est trop grand."),
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": FORBIDDEN_CHARACTER,
    "string_not_ascii": N_("N’utilisez que des lettres sans accent, des chiffres et des signes simples."),
    "bytes_type": _FILE,
    "bytes_invalid_encoding": _FILE,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "union_tag_invalid": _CHOICE,
    "union_tag_not_found": _CHOICE,
    "none_required": N_("Ce champ doit rester vide."),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_past": N_("La date doit être passée."),
    "date_future": N_("La date doit être à venir."),
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_past": N_("Ce moment doit être passé."),
    "datetime_future": N_("Ce moment doit être à venir."),
    "timezone_naive": _MOMENT,
    "timezone_aware": _MOMENT,
    "timezone_offset": _MOMENT,
    "time_type": _TIME,
    "time_parsing": _TIME,
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "url_type": _ADDRESS,
    "url_parsing": _ADDRESS,
    "url_syntax_violation": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_too_long": N_("Cette adresse est trop longue."),
    "uuid_type": INVALID,
    "uuid_parsing": INVALID,
    "uuid_version": INVALID,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "iteration_error": _LIST,
    "set_item_not_hashable": _LIST,
    "dict_type": _STRUCTURE,
    "mapping_type": _STRUCTURE,
    "model_type": _STRUCTURE,
    "model_attributes_type": _STRUCTURE,
    "dataclass_type": _STRUCTURE,
    "dataclass_exact_type": _STRUCTURE,
    "is_instance_of": _STRUCTURE,
    "is_subclass_of": _STRUCTURE,
    "callable_type": _STRUCTURE,
    "arguments_type": _STRUCTURE,
    "named_tuple_type": _STRUCTURE,
    "json_type": _STRUCTURE,
    "json_invalid": _STRUCTURE,
    "invalid_key": _STRUCTURE,
    "recursion_loop": _STRUCTURE,
    "get_attribute_error": _STRUCTURE,
    "no_such_attribute": _STRUCTURE,
    "frozen_field": _STRUCTURE,
    "frozen_instance": _STRUCTURE,
    "default_factory_not_called": _STRUCTURE,
    "unexpected_keyword_argument": _STRUCTURE,
    "unexpected_positional_argument": _STRUCTURE,
    "multiple_argument_values": _STRUCTURE,
    "counter_type": _STRUCTURE,
    "deque_type": _LIST,
    "ellipsis_error": _STRUCTURE,
    "fraction_parsing": _NUMBER,
    "fraction_type": _NUMBER,
    "frozen_dict_type": _STRUCTURE,
    "needs_python_object": _STRUCTURE,
    "ordered_dict_type": _STRUCTURE,
    "recursion_depth_exceeded": _STRUCTURE,
    "value_error": INVALID,
    "assertion_error": INVALID,
}


def words_for(error_type: str, message: str, context: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
    """The French msgid and its parameters for one pydantic error.

    A ``ValueError("…")`` raised by a model's own validator speaks for itself: its text is the msgid.
    """
    if error_type in ("value_error", "assertion_error"):
        if "email address" in message:
            return EMAIL, {}
        own = str(context.get("error", "")) or message.partition(", ")[2]
        return own or INVALID, {}
    if error_type in ("too_short", "string_too_short") and context.get("min_length") == 1:
        return REQUIRED, {}
    return WORDS.get(error_type, message), context
