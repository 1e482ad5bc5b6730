"""People of South Kalimantan as a civil register writes them; all invented."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from passport.type.v1 import civil_pb2 as civil

_FEMALE = (
    "Siti", "Nurul", "Dewi", "Rahmah", "Noor", "Aisyah", "Fitriani", "Maulida", "Rusmini",
    "Ratna", "Sri", "Putri", "Hayati", "Mariana", "Wahyuni", "Lestari", "Norhasanah", "Salasiah",
    "Kartika", "Yuliana", "Indah", "Rina", "Mega", "Antung", "Masitah", "Hj. Rabiatul",
    "Nadia", "Halimah",
)  # fmt: skip
_MALE = (
    "Muhammad", "Ahmad", "Rizky", "Akhmad", "Hasan", "Rahmat", "Syahrani", "Fauzi", "Gusti",
    "Budi", "Agus", "Eko", "Hendra", "Ilham", "Zainal", "Taufik", "Rusdi", "Jamaluddin", "Andi",
    "Bambang", "Dimas", "Fajar", "Arif", "Wahyu", "Khairul", "Supian", "Adi",
    "Yusuf",
)  # fmt: skip
_FAMILY = (
    "Hasanuddin", "Noor", "Rahman", "Saputra", "Wijaya", "Hidayat", "Effendi", "Siregar", "Maulana",
    "Pratama", "Aini", "Fadillah", "Suriansyah", "Anshari", "Basuki", "Lubis", "Kusuma", "Ramadhan",
    "Irawan", "Setiawan", "Nasution", "Arsyad", "Mahfuz", "Sulaiman", "Husna", "Azizah", "Purnama",
    "Halim", "Darmawan", "Santoso", "Ma'ruf", "Abdullah", "Yani", "Al-Banjari",
)  # fmt: skip
_PLACES = (
    "Banjarmasin", "Martapura", "Banjarbaru", "Barabai", "Kandangan", "Rantau", "Amuntai",
    "Marabahan", "Pelaihari", "Kotabaru", "Batulicin", "Paringin", "Kuala Kapuas",
    "Palangka Raya", "Tanjung",
)  # fmt: skip
_REGISTERED_AT = ("630101", "630303", "630605", "630906", "637101", "637104", "637202")
"""Districts of South Kalimantan, with which a NIK begins."""
_OLDEST, _YOUNGEST = date(1938, 1, 1), date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Holder:
    """What the civil register has of somebody; identity_number, the NIK, is not printed.

    Single names are common and stand as the primary one.
    """

    primary: str
    secondary: str
    sex: "civil.Sex.ValueType"
    born_on: date
    birth_place: str
    personal_number: str
    identity_number: str

    @property
    def full_name(self) -> str:
        """As people say it."""
        return f"{self.secondary} {self.primary}".strip()

    def message(self) -> civil.BiographicData:
        """The holder as the contracts write one."""
        return civil.BiographicData(
            name=civil.PersonName(primary=self.primary, secondary=self.secondary),
            nationality="IDN",
            born_on=calendar_date(self.born_on),
            birth_place=self.birth_place,
            sex=self.sex,
            personal_number=self.personal_number,
        )


def holder(chance: random.Random) -> Holder:
    """Return the data of an invented person."""
    sex = chance.choice((civil.SEX_FEMALE, civil.SEX_MALE))
    given = chance.choice(_FEMALE if sex == civil.SEX_FEMALE else _MALE)
    single = chance.random() < 0.12
    born_on = _OLDEST + timedelta(days=chance.randrange((_YOUNGEST - _OLDEST).days))
    return Holder(
        primary=given if single else chance.choice(_FAMILY),
        secondary="" if single else given,
        sex=sex,
        born_on=born_on,
        birth_place=chance.choice(_PLACES),
        personal_number=f"{chance.randrange(10**10):010d}",
        identity_number=_nik(chance, sex, born_on),
    )


def _nik(chance: random.Random, sex: "civil.Sex.ValueType", born_on: date) -> str:
    """Return a NIK: the district, day (of women 40 more), month and year of birth, and a serial."""
    day = born_on.day + (40 if sex == civil.SEX_FEMALE else 0)
    born = f"{day:02d}{born_on:%m%y}"
    return f"{chance.choice(_REGISTERED_AT)}{born}{chance.randrange(1, 10_000):04d}"


def calendar_date(day: date) -> civil.CalendarDate:
    """A day as the contracts write one."""
    return civil.CalendarDate(year=day.year, month=day.month, day=day.day)


def day_of(message: civil.CalendarDate) -> date:
    """A day of the contracts."""
    return date(message.year, message.month, message.day)
