from pathlib import Path

import pytest

from demo.folder import MARK, MOST, NoFolder, take_folder


class TestAFolder:
    def test_is_made_and_marked(self, tmp_path: Path):
        folder = take_folder(tmp_path / "data" / "demo")
        assert folder.path == tmp_path / "data" / "demo"
        assert (folder.path / MARK).exists()
        folder.release()

    def test_in_use_leaves_the_next_one_beside_it(self, tmp_path: Path):
        first = take_folder(tmp_path / "demo")
        second = take_folder(tmp_path / "demo")
        assert second.path == tmp_path / "demo-2"
        second.release()
        first.release()

    def test_that_was_let_go_can_be_taken_again_with_what_it_holds(self, tmp_path: Path):
        first = take_folder(tmp_path / "demo")
        (first.path / "leads.db").write_text("kept", "utf-8")
        first.release()
        again = take_folder(tmp_path / "demo")
        assert (again.path / "leads.db").read_text("utf-8") == "kept"
        assert again.path == first.path
        again.release()

    def test_of_somebody_elses_is_refused_and_stays_as_it_was(self, tmp_path: Path):
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "dana.png").write_bytes(b"png")
        with pytest.raises(NoFolder, match="holds something else"):
            take_folder(tmp_path / "photos")
        assert [one.name for one in (tmp_path / "photos").iterdir()] == ["dana.png"]

    def test_is_none_when_all_beside_it_are_in_use(self, tmp_path: Path):
        taken = [take_folder(tmp_path / "demo") for _ in range(1, MOST)]
        with pytest.raises(NoFolder, match="in use"):
            take_folder(tmp_path / "demo")
        for one in taken:
            one.release()

    def test_is_cleared_of_everything_but_its_mark(self, tmp_path: Path):
        folder = take_folder(tmp_path / "demo")
        (folder.path / "en" / "files").mkdir(parents=True)
        (folder.path / "en" / "leads.db").write_text("x", "utf-8")
        (folder.path / "demo.log").write_text("x", "utf-8")
        folder.clear()
        assert [one.name for one in folder.path.iterdir()] == [MARK]
        beside = take_folder(tmp_path / "demo")
        assert beside.path != folder.path
        beside.release()
        folder.release()

    def test_is_cleared_of_a_link_and_not_of_what_it_leads_to(self, tmp_path: Path):
        folder = take_folder(tmp_path / "demo")
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "leads.csv").write_text("x", "utf-8")
        (folder.path / "link").symlink_to(tmp_path / "mine")
        folder.clear()
        assert (tmp_path / "mine" / "leads.csv").exists()
        assert not (folder.path / "link").exists()
        folder.release()
