"""Sổ cơ sở lao động: workplaces and their dated states.

A workplace's code is its identity. Each row says how the workplace was from a day on: a move or a new name is a
new row with a later ``valid_from``, so that a record stays in the piece where its workplace was on its day.
"""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Boolean, Integer

from gisdb.registers.column import Code, Coded, Column, Coordinate, Day, Reference, Words
from gisdb.registers.notation import CellProblem, Style
from gisdb.registers.register import Derived, Point, Register, Rule, Severity
from gisdb.registers.unit_code import UnitCode

# An enterprise's, its branch's, a person's: their own number, since 2025.
_TAX_CODE = ((10,), (10, 3), (12,))
# How every register of records names the workplace that a row belongs to.
DESCRIBED_BY = (
    Column(
        "workplace_tax_code",
        "Mã số thuế của cơ sở",
        "Workplace tax code",
        Code(groups=_TAX_CODE),
        identifies=True,
        example="0301234567",
        aliases=(
            "mã số thuế",
            "mst",
            "mã số doanh nghiệp",
            "mã số thuế doanh nghiệp",
            "mst doanh nghiệp",
            "msdn",
            "tax code",
        ),
    ),
    Column(
        "workplace_name",
        "Tên cơ sở",
        "Workplace name",
        Words(300),
        identifies=True,
        example="Công ty TNHH Dệt Phương Nam",
        aliases=(
            "tên cơ sở lao động",
            "tên doanh nghiệp",
            "tên công ty",
            "tên đơn vị",
            "tên cslđ",
            "tên dn",
            "cơ sở",
            "cơ sở lao động",
            "cơ sở được quan trắc",
            "tên cơ sở được quan trắc",
            "tên cơ sở sản xuất",
            "doanh nghiệp",
            "công ty",
            "tên nhà máy",
            "đơn vị được quan trắc",
            "khách hàng",
            "tên khách hàng",
            "company",
            "company name",
        ),
    ),
    Column(
        "workplace_commune",
        "Xã/phường của cơ sở",
        "Workplace commune",
        Words(200),
        example="Phường Sài Gòn",
        aliases=("xã/phường", "phường/xã", "xã phường", "mã xã/phường", "mã xã", "xã, phường", "xã/phường/đặc khu"),
    ),
    Column(
        "workplace_address",
        "Địa chỉ cơ sở",
        "Workplace address",
        Words(500),
        example="12 Lê Lợi",
        aliases=("địa chỉ", "địa chỉ doanh nghiệp", "địa chỉ công ty", "địa chỉ cơ sở lao động"),
    ),
)
"""What a laboratory's file says of a workplace whose code it does not know."""


WORKPLACE = Column(
    "workplace",
    "Mã cơ sở",
    "Workplace code",
    Reference("workplace", "code", "id", "workplace_id", BigInteger(), "workplace_code_unknown"),
    required=True,
    example="79-000123",
    aliases=(
        "mã cslđ",
        "mã số cơ sở",
        "workplace_code",
        "mã cơ sở lao động",
        "mã số cslđ",
        "mã đơn vị",
        "mã doanh nghiệp",
        "mã dn",
    ),
    described_by=DESCRIBED_BY,
)


def tax_digits(said: str) -> str:
    """The digits of a tax code, however it is typed; ``""`` where ``said`` is none."""
    try:
        (code,) = REGISTER.column("tax_code").kind.parse(said, Style())
    except CellProblem:
        return ""
    return str(code).replace("-", "")


CODE_TAKEN = "workplace_code_taken"
"""What is told of a code that is a workplace's outside the account's scope."""
# What `loaders.tables.points` could not turn into degrees.
_IN_METRES = "abs(s.longitude) > 180 OR abs(s.latitude) > 180"


def _axis(letter: str) -> tuple[str, ...]:
    """How headers call an axis. In Vietnam's surveys X is north, in a map program east: their values tell."""
    names = (letter, f"tọa độ {letter}", f"{letter} vn2000", f"tọa độ {letter} vn2000", f"tọa độ vn2000 {letter}")
    return tuple(f"{name}{unit}" for name in names for unit in ("", " (m)"))


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
            aliases=(
                "mã cslđ",
                "workplace",
                "mã số cơ sở",
                "mã cơ sở lao động",
                "mã đơn vị",
                "mã số cslđ",
                "mã doanh nghiệp",
                "mã dn",
            ),
        ),
        Column(
            "valid_from",
            "Áp dụng từ ngày",
            "Valid from",
            Day(may_be_future=False),
            default="1990-01-01",
            example="01/07/2025",
            aliases=("từ ngày", "ngày hiệu lực", "ngày áp dụng", "hiệu lực từ", "bắt đầu từ ngày", "có hiệu lực từ"),
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
            aliases=(
                "tên cơ sở lao động",
                "tên doanh nghiệp",
                "tên công ty",
                "tên đơn vị",
                "workplace name",
                "tên cslđ",
                "tên cơ sở sản xuất",
                "tên dn",
                "tên tổ chức",
                "tên nhà máy",
                "cơ sở",
                "cơ sở lao động",
                "doanh nghiệp",
                "công ty",
                "tên đơn vị, doanh nghiệp",
                "tên cơ sở sản xuất kinh doanh",
                "company name",
                "enterprise name",
            ),
        ),
        Column(
            "tax_code",
            "Mã số thuế",
            "Tax code",
            Code(
                r"\d{10}(-?\d{3})?|0\d{11}",
                form_vi="10 chữ số, với chi nhánh thêm 3 chữ số (0301234567-001), của cá nhân 12 chữ số, bắt đầu bằng 0",
                form_en="10 digits, of a branch 3 more (0301234567-001), of a person 12 digits that begin with 0",
                groups=_TAX_CODE,
            ),
            example="0301234567",
            aliases=(
                "mst",
                "mã số doanh nghiệp",
                "enterprise tax code",
                "mã số thuế dn",
                "mã số thuế doanh nghiệp",
                "ms thuế",
                "mst/mã số doanh nghiệp",
                "msdn",
                "mã số đăng ký kinh doanh",
                "số đkkd",
                "tax id",
                "tax number",
            ),
            note_vi="10 hoặc 13 chữ số, của hộ kinh doanh và cá nhân có thể là 12; giữ số 0 ở đầu.",
            note_en="10 or 13 digits, of household businesses and persons maybe 12; leading zeros stay.",
        ),
        Column(
            "enterprise_type",
            "Loại hình doanh nghiệp",
            "Enterprise type",
            Coded("enterprise_type"),
            example="2",
            aliases=(
                "loại hình",
                "loại hình cơ sở",
                "loại hình kinh tế",
                "loại hình dn",
                "thành phần kinh tế",
                "loại hình sở hữu",
                "loại hình tổ chức",
            ),
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
            Code(
                r"[A-Z]|\d{2,5}",
                "vsic2018",
                "industry_version",
                form_vi="một chữ cái hoa, hoặc 2 đến 5 chữ số",
                form_en="one capital letter, or 2 to 5 digits",
            ),
            required=True,
            example="14",
            aliases=(
                "ngành",
                "mã ngành kinh tế",
                "vsic",
                "ngành nghề",
                "mã ngành nghề",
                "mã ngành cấp 2",
                "mã vsic",
                "ngành kinh tế",
                "ngành sản xuất",
                "ngành nghề sản xuất",
                "lĩnh vực",
                "ngành nghề kinh doanh",
                "mã ngành kinh tế cấp 2",
            ),
        ),
        Column(
            "commune",
            "Mã xã/phường",
            "Commune code",
            UnitCode(level="(SELECT lowest_level())", day="s.units_on", dated_by="units_on", found="place.unit_id"),
            required=True,
            example="26740",
            aliases=(
                "mã xã",
                "mã phường",
                "xã",
                "mã đơn vị hành chính",
                "mã đvhc",
                "xã/phường",
                "phường/xã",
                "phường",
                "xã, phường",
                "mã phường/xã",
                "xã/phường/thị trấn",
                "mã xã, phường",
                "tên xã",
                "đơn vị hành chính",
                "xã/phường/đặc khu",
                "commune",
            ),
        ),
        Column(
            "units_on",
            "Mã xã theo ngày",
            "Commune code as of",
            Day(may_be_future=True),
            example="01/07/2025",
            note_vi="Mã xã được dùng lại sau 01/07/2025: ghi một ngày mà mã này đúng. Để trống: mã hiện nay.",
            note_en="Codes were used again after 01/07/2025: a day on which this one held. Blank: today's.",
            aliases=(
                "ngày của mã xã",
                "danh mục xã theo ngày",
            ),
        ),
        Column(
            "address",
            "Địa chỉ",
            "Address",
            Words(500),
            example="12 Lê Lợi",
            aliases=(
                "địa chỉ cơ sở",
                "địa chỉ trụ sở",
                "địa điểm",
                "nơi đặt cơ sở",
                "địa chỉ doanh nghiệp",
                "trụ sở",
            ),
        ),
        Column(
            "longitude",
            "Kinh độ",
            "Longitude",
            Coordinate(),
            example="106,70098",
            unit="°",
            other_units=("m",),
            aliases=(
                "lon",
                "lng",
                "long",
                "kinh độ (wgs84)",
                "kinh độ (độ)",
                "kinh độ (e)",
                "x (kinh độ)",
                "long.",
                *_axis("x"),
                "easting",
            ),
            described_by=(
                Column(
                    "reference_system",
                    "Hệ tọa độ",
                    "Reference system",
                    Words(200),
                    aliases=(
                        "hệ quy chiếu",
                        "hệ tọa độ quy chiếu",
                        "hệ quy chiếu tọa độ",
                        "hệ tọa độ (mét)",
                        "crs",
                        "epsg",
                    ),
                ),
                Column(
                    "central_meridian",
                    "Kinh tuyến trục",
                    "Central meridian",
                    Words(200),
                    aliases=(
                        "ktt",
                        "kinh tuyến trung ương",
                        "múi chiếu",
                        "kinh tuyến trục (độ)",
                        "kinh tuyến trục, múi chiếu",
                    ),
                ),
            ),
            note_vi="WGS 84, độ thập phân; hoặc mét theo hệ tọa độ của tỉnh (VN-2000), được đổi sang WGS 84.",
            note_en="WGS 84, decimal degrees; or metres in the province's system (VN-2000), which are converted to WGS 84.",
        ),
        Column(
            "latitude",
            "Vĩ độ",
            "Latitude",
            # As wide as the longitude, so that swapped coordinates are called that.
            Coordinate(),
            example="10,77653",
            unit="°",
            other_units=("m",),
            aliases=(
                "lat",
                "vĩ độ (wgs84)",
                "vĩ độ (độ)",
                "vĩ độ (n)",
                "y (vĩ độ)",
                "lat.",
                *_axis("y"),
                "northing",
            ),
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
        Rule(CODE_TAKEN, "code", "workplace_taken(s.code)"),
        Rule(
            "industry_unknown",
            "industry",
            "NOT EXISTS (SELECT FROM code_list c WHERE c.list = 'vsic' || s.industry_version AND c.code = s.industry)",
            params="jsonb_build_object('version', s.industry_version)",
        ),
        Rule("coordinate_alone", "longitude", "(s.longitude IS NULL) <> (s.latitude IS NULL)"),
        Rule("coordinates_in_unknown_system", "longitude", _IN_METRES),
        Rule(
            "coordinates_swapped",
            "longitude",
            "NOT point_in_country(s.longitude, s.latitude) AND point_in_country(s.latitude, s.longitude)",
        ),
        Rule(
            "coordinates_outside_country",
            "longitude",
            "NOT point_in_country(s.longitude, s.latitude) AND NOT point_in_country(s.latitude, s.longitude)"
            f" AND NOT ({_IN_METRES})",
        ),
        Rule(
            "point_outside_commune",
            "longitude",
            # Nearer is what a hand-held receiver, or four decimals, may be off.
            f"place.outside_m > 100 AND NOT ({_IN_METRES})",
            Severity.WARNING,
            params="jsonb_build_object('metres', place.outside_m)",
        ),
        Rule(
            "point_outside_province",
            "longitude",
            # Outlines are generalised, and coasts grow: nearer than this says nothing.
            f"NOT ({_IN_METRES}) AND coalesce(place.outside_m, 0) <= 100"
            " AND km_outside(place.unit_id, s.longitude, s.latitude) >= 5",
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
    point=Point(
        "longitude",
        "latitude",
        ("reference_system", "central_meridian"),
        "(SELECT place.unit_id FROM place_declared(s.commune, s.units_on, NULL, NULL) AS place)",
    ),
    amends_places=True,
    geometry="geom",
)
