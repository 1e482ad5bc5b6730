"""What to do about each defect of a photo, for the officer at the counter."""

from collections.abc import Mapping

from issuance.domain.formatting import LocalizedText
from issuance.domain.portrait_defects import PortraitDefect

ADVICE: Mapping[PortraitDefect, LocalizedText] = {
    PortraitDefect.UNREADABLE: LocalizedText(
        "simpan foto sebagai JPEG atau JPEG 2000", "save the photo as JPEG or JPEG 2000"
    ),
    PortraitDefect.SIZE: LocalizedText(
        "ambil foto dengan lebar 320 sampai 2400 piksel",
        "take the photo 320 to 2400 pixels wide",
    ),
    PortraitDefect.ASPECT_RATIO: LocalizedText(
        "potong foto menjadi 35 : 45", "cut the photo to 35 : 45"
    ),
    PortraitDefect.NO_COLOUR: LocalizedText("ambil foto berwarna", "take the photo in colour"),
    PortraitDefect.NO_FACE: LocalizedText(
        "pemohon menghadap lurus ke kamera, wajah tidak tertutup",
        "let the applicant look straight into the camera, the face uncovered",
    ),
    PortraitDefect.SEVERAL_FACES: LocalizedText(
        "hanya pemohon yang boleh tampak", "let nobody but the applicant be seen"
    ),
    PortraitDefect.EYES_NOT_FOUND: LocalizedText(
        "mata terbuka dan terlihat; lepas kacamata jika memantul",
        "eyes open and visible; take off glasses that reflect",
    ),
    PortraitDefect.EYE_DISTANCE: LocalizedText(
        "jarak mata paling sedikit 90 piksel, sebaiknya 120: pakai resolusi lebih tinggi",
        "the eyes must be at least 90 pixels apart, better 120: use a higher resolution",
    ),
    PortraitDefect.HEAD_TOO_SMALL: LocalizedText(
        "dekatkan kamera: wajah terlalu kecil", "move the camera nearer: the head is too small"
    ),
    PortraitDefect.HEAD_TOO_LARGE: LocalizedText(
        "jauhkan kamera: wajah terlalu besar",
        "move the camera farther away: the head is too large",
    ),
    PortraitDefect.OFF_CENTRE: LocalizedText(
        "letakkan kepala di tengah foto", "put the head into the middle of the photo"
    ),
    PortraitDefect.TILTED: LocalizedText("tegakkan kepala", "hold the head upright"),
    PortraitDefect.TOO_DARK: LocalizedText("tambah cahaya", "use more light"),
    PortraitDefect.TOO_BRIGHT: LocalizedText("kurangi cahaya", "use less light"),
    PortraitDefect.LOW_CONTRAST: LocalizedText(
        "periksa pencahayaan dan lensa: kontras kurang",
        "check light and lens: the contrast is too low",
    ),
    PortraitDefect.BLURRED: LocalizedText(
        "fokuskan kamera; pemohon jangan bergerak",
        "focus the camera; let the applicant hold still",
    ),
}
