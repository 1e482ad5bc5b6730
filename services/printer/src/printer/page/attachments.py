"""Files that go with a page: embedded file streams of the PDF (ISO 32000-2 clause 7.11.4)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

NO_ATTACHMENTS: Mapping[str, bytes] = MappingProxyType({})


def attach_files(canvas: Canvas, files: Mapping[str, bytes]) -> None:
    """Embed files in the document of a canvas, under their names."""
    document: Any = canvas._doc  # type: ignore[attr-defined]  # missing from reportlab's stubs
    names = []
    for name, content in sorted(files.items()):
        names += [PDFString(name), document.Reference(_file_specification(document, name, content))]
    if names:
        embedded = PDFDictionary({"Names": PDFArray(names)})
        document.Catalog.Names = PDFDictionary({"EmbeddedFiles": embedded})


def _file_specification(document: Any, name: str, content: bytes) -> PDFDictionary:
    parameters = PDFDictionary({"Size": len(content)})
    stream = PDFStream(
        PDFDictionary({"Type": PDFName("EmbeddedFile"), "Params": parameters}), content, filters=()
    )
    return PDFDictionary(
        {
            "Type": PDFName("Filespec"),
            "F": PDFString(name),
            "UF": PDFString(name),
            "AFRelationship": PDFName("Data"),
            "EF": PDFDictionary({"F": document.Reference(stream)}),
        }
    )
