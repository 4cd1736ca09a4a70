"""An image that comes again is not drawn again."""

from methods.reporting.gallery import Gallery, Picture, Row, drawn_once


def row(id: str, drawn: str = "") -> Row:
    picture = Picture("image", f"Image {id}.", f"data:image/png;base64,{drawn or id}", 1, 1)
    return Row(id, f"score of {id}", (("cat", "#fff"),), (picture,))


def test_the_same_panels_are_drawn_under_the_first_heading_alone() -> None:
    first = Gallery("Worst images", "", (row("a"), row("b")))
    again = Gallery("Class missed", "", (row("b"), row("c")))
    shown = [one for gallery in drawn_once([first, again], "more") for one in gallery.rows]
    assert [(one.id, one.anchor, one.under) for one in shown] == [
        ("a", "image-more-1", ""),
        ("b", "image-more-2", ""),
        ("b", "image-more-2", "Worst images"),
        ("c", "image-more-3", ""),
    ]
    assert [len(one.pictures) for one in shown] == [1, 1, 0, 1]
    assert (shown[2].note, shown[2].legend) == ("score of b", ())


def test_other_panels_of_the_same_image_are_drawn() -> None:
    galleries = [Gallery("Labels", "", (row("a"),)), Gallery("Maps", "", (row("a", "heat"),))]
    shown = [one for gallery in drawn_once(galleries, "more") for one in gallery.rows]
    assert all(one.pictures and not one.under for one in shown)
    assert shown[0].anchor != shown[1].anchor
