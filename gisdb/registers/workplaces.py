"""Sổ cơ sở lao động: workplaces and their dated states.

A workplace's code is its identity. Each row says how the workplace was from a day on: a move or a new name is a
new row with a later ``valid_from``, so that a record stays in the piece where its workplace was on its day.
"""

from __future__ import annotations

from decimal import Decimal

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Integer

from gisdb.registers.column import Code, Coded, Column, Day, Quantity, Reference, Words
from gisdb.registers.register import Derived, Register, Rule, Severity
from gisdb.registers.unit_code import UnitCode

# How every register of records names the workplace that a row belongs to.
WORKPLACE = Column(
    "workplace",
    "Mã cơ sở",
    "Workplace code",
    Reference("workplace", "code", "id", "workplace_id", BigInteger(), "workplace_code_unknown"),
    required=True,
    example="79-000123",
    aliases=("mã cslđ", "mã số cơ sở", "workplace_code"),
)

REGISTER = Register(
    name="workplaces",
    table_name="workplace_state",
    vi="Cơ sở lao động",
    en="Workplaces",
    columns=(
        Column(
            "code",
            "Mã cơ sở",
            "Workplace code",
            Code(),
            required=True,
            example="79-000123",
            aliases=("mã cslđ", "workplace", "mã số cơ sở"),
        ),
        Column(
            "valid_from",
            "Áp dụng từ ngày",
            "Valid from",
            Day(may_be_future=False),
            default="1990-01-01",
            example="01/07/2025",
            aliases=("từ ngày", "ngày hiệu lực"),
            note_vi="Ngày mà dòng này bắt đầu đúng; để trống nếu luôn đúng.",
            note_en="The day from which the row holds; blank if it always did.",
        ),
        Column(
            "name_vi",
            "Tên cơ sở",
            "Name",
            Words(300),
            required=True,
            example="Công ty TNHH Dệt May Phương Nam",
            aliases=("tên cơ sở lao động", "tên doanh nghiệp", "tên công ty", "tên đơn vị", "workplace name"),
        ),
        Column(
            "tax_code",
            "Mã số thuế",
            "Tax code",
            Code(r"\d{10}(-?\d{3})?"),
            example="0301234567",
            aliases=("mst", "mã số doanh nghiệp", "enterprise tax code"),
            note_vi="10 hoặc 13 chữ số; giữ số 0 ở đầu.",
            note_en="10 or 13 digits; leading zeros stay.",
        ),
        Column(
            "enterprise_type",
            "Loại hình doanh nghiệp",
            "Enterprise type",
            Coded("enterprise_type"),
            example="2",
            aliases=("loại hình", "loại hình cơ sở"),
        ),
        Column(
            "industry_version",
            "Phiên bản VSIC",
            "VSIC version",
            Coded("vsic_version"),
            default="2018",
            example="2018",
            aliases=("vsic version",),
            note_vi="Cùng một mã có thể là ngành khác ở phiên bản khác.",
            note_en="One code may be another industry in another version.",
        ),
        Column(
            "industry",
            "Mã ngành",
            "Industry code",
            Code(r"[A-Z]|\d{2,5}"),
            required=True,
            example="14",
            aliases=("ngành", "mã ngành kinh tế", "vsic", "ngành nghề"),
        ),
        Column(
            "commune",
            "Mã xã/phường",
            "Commune code",
            UnitCode(level="(SELECT lowest_level())", day="s.units_on", dated_by="units_on", found="place.unit_id"),
            required=True,
            example="26740",
            aliases=("mã xã", "mã phường", "xã", "mã đơn vị hành chính", "mã đvhc"),
        ),
        Column(
            "units_on",
            "Mã xã theo ngày",
            "Commune code as of",
            Day(may_be_future=True),
            example="01/07/2025",
            note_vi="Mã xã được dùng lại sau 01/07/2025: ghi một ngày mà mã này đúng. Để trống: mã hiện nay.",
            note_en="Codes were used again after 01/07/2025: a day on which this one held. Blank: today's.",
        ),
        Column("address", "Địa chỉ", "Address", Words(500), example="12 Lê Lợi"),
        Column(
            "longitude",
            "Kinh độ",
            "Longitude",
            Quantity(Decimal(-180), Decimal(180)),
            example="106,70098",
            unit="°",
            aliases=("lon", "lng", "long", "kinh độ (wgs84)"),
            note_vi="WGS 84, độ thập phân.",
            note_en="WGS 84, decimal degrees.",
        ),
        Column(
            "latitude",
            "Vĩ độ",
            "Latitude",
            # As wide as the longitude, so that swapped coordinates are called that.
            Quantity(Decimal(-180), Decimal(180)),
            example="10,77653",
            unit="°",
            aliases=("lat", "vĩ độ (wgs84)"),
        ),
    ),
    key=("valid_from",),
    day="valid_from",
    joins="""
        LEFT JOIN LATERAL place_declared(s.commune, s.units_on, s.longitude, s.latitude) AS place ON true
    """,
    derived=(
        Derived(
            "workplace_id",
            BigInteger(),
            "workplace_claimed(s.code)",
            "",
            "",
            exported=False,
            required=True,
            before="(SELECT w.id FROM workplace AS w WHERE w.code = s.code)",
            told_by=("code",),
        ),
        Derived(
            "geom",
            Geometry("POINT", 4326, spatial_index=False),
            "ST_SetSRID(ST_MakePoint(s.longitude::float8, s.latitude::float8), 4326)",
            "",
            "",
            exported=False,
        ),
        Derived(
            "declared_unit_id",
            Integer(),
            "place.unit_id",
            "",
            "",
            required=True,
            exported=False,
            references="admin_unit.id",
        ),
        Derived("piece_id", Integer(), "place.piece_id", "", "", required=True, exported=False),
        Derived("place_certain", Boolean(), "place.certain", "Xác định được mảnh", "Piece certain", required=True),
        # Only surveyed boundaries can tell; generalised ones would contradict half of the coast.
        Derived(
            "outside_m",
            Integer(),
            "place.outside_m",
            "Tọa độ nằm ngoài xã đã khai (m)",
            "Point outside the declared commune (m)",
        ),
    ),
    rules=(
        Rule("outside_scope", "commune", "place.unit_id IS NOT NULL AND NOT piece_in_scope(place.piece_id)"),
        Rule("workplace_code_taken", "code", "workplace_taken(s.code)"),
        Rule(
            "industry_unknown",
            "industry",
            "NOT EXISTS (SELECT FROM code_list c WHERE c.list = 'vsic' || s.industry_version AND c.code = s.industry)",
            params="jsonb_build_object('version', s.industry_version)",
        ),
        Rule("coordinate_alone", "longitude", "(s.longitude IS NULL) <> (s.latitude IS NULL)"),
        Rule(
            "coordinates_swapped",
            "longitude",
            "NOT point_in_country(s.longitude, s.latitude) AND point_in_country(s.latitude, s.longitude)",
        ),
        Rule(
            "coordinates_outside_country",
            "longitude",
            "NOT point_in_country(s.longitude, s.latitude) AND NOT point_in_country(s.latitude, s.longitude)",
        ),
        Rule(
            "point_outside_commune",
            "longitude",
            # Nearer is what a hand-held receiver, or four decimals, may be off.
            "place.outside_m > 100",
            Severity.WARNING,
            params="jsonb_build_object('metres', place.outside_m)",
        ),
        Rule(
            "point_outside_province",
            "longitude",
            # Outlines are generalised, and coasts grow: nearer than this says nothing.
            "coalesce(place.outside_m, 0) <= 100 AND km_outside(place.unit_id, s.longitude, s.latitude) >= 5",
            Severity.WARNING,
            params="jsonb_build_object('km', km_outside(place.unit_id, s.longitude, s.latitude))",
        ),
        Rule(
            "commune_of_the_past",
            "commune",
            "s.units_on IS NULL AND (SELECT upper(u.valid) <= today() FROM admin_unit u WHERE u.id = place.unit_id)",
            Severity.NOTE,
            params="""(SELECT jsonb_build_object('name', u.name_vi, 'until', to_char(upper(u.valid) - 1, 'DD/MM/YYYY'))
                       FROM admin_unit u WHERE u.id = place.unit_id)""",
        ),
        Rule("commune_ambiguous", "commune", "place.unit_id IS NOT NULL AND NOT place.certain", Severity.NOTE),
    ),
    indexes=(("workplace_id", "valid_from"), ("declared_unit_id",)),
    amends_places=True,
    geometry="geom",
)
