"""Words of the data doctor, and of pictures that cannot be used."""

from __future__ import annotations

from miwake.look.text import Language

_CHECK: dict[str, dict[Language, str]] = {
    "check.head": {
        "en": "{pictures} of {classes}, typically {width:d} × {height:d} pixels.",
        "ja": "{classes}、{pictures}。大きさの中央値は{width:d}×{height:d}画素です。",
    },
    "check.ok": {"en": "Nothing stands in the way of training.", "ja": "このまま学習できます。"},
    "check.mend": {"en": "Mend this before training.", "ja": "学習の前に直してください。"},
    "check.one": {
        "en": "There is only one class, so there is nothing to tell apart.",
        "ja": "クラスが一つしかないため、見分けるものがありません。",
    },
    "check.bad": {
        "en": "{n} file cannot be used:\n  {examples:\n  }|{n} files cannot be used:\n  {examples:\n  }",
        "ja": "使えないファイルが{n}個あります：\n  {examples:\n  }",
    },
    "check.bad.skip": {
        "en": "Mend or remove them, or go on without them: `miwake train` leaves them out with --skip-bad.",
        "ja": "直すか取り除いてください。`miwake train` に --skip-bad を付けると、除いて学習できます。",
    },
    "check.bad.skipped": {
        "en": "With --skip-bad they are left out.",
        "ja": "--skip-bad が指定されているため、除いて扱います。",
    },
    "check.bad.item": {"en": "{path}: {reason}", "ja": "{path}（{reason}）"},
    "check.same": {"en": "{paths: = } ({marks})", "ja": "{paths: = }（{marks}）"},
    "check.more": {"en": "… ({n} more)", "ja": "…ほか{n}件"},
    "check.contradict": {
        "en": "{n} picture under more than one label: {examples:; }.|{n} pictures under more than one label: "
        "{examples:; }.",
        "ja": "異なるラベルの付いた同一の画像が{n}組あります：{examples:；}。",
    },
    "check.straddle": {
        "en": "{n} picture in more than one of the given splits, which makes the test easier than real use: "
        "{examples:; }.|{n} pictures in more than one of the given splits, which makes the test easier than real use: "
        "{examples:; }.",
        "ja": "指定された分割の二つ以上に入っている同一の画像が{n}組あり、テストが実際の使用より易しくなります："
        "{examples:；}。",
    },
    "check.unusable": {
        "en": "Fewer than 3 different pictures, too few to train and judge: {examples:; }.",
        "ja": "異なる画像が3枚に満たず、学習も評価もできないクラスがあります：{examples:；}。",
    },
    "check.copies": {
        "en": "{n} copy of pictures that are there already; copies share a split.|{n} copies of pictures that are "
        "there already; copies share a split.",
        "ja": "ほかの画像の複製が{n}枚あります。複製は同じ分割に入れます。",
    },
    "check.constant": {
        "en": "{n} picture of one even colour: {examples:; }.|{n} pictures of one even colour: {examples:; }.",
        "ja": "全面がほぼ一色の画像が{n}枚あります：{examples:；}。",
    },
    "check.dark": {
        "en": "{n} picture of more than 8 bits nearly black, using less than a quarter of the range: {examples:; }; "
        "--window CENTER,WIDTH shows another part.|{n} pictures of more than 8 bits nearly black, using less than a "
        "quarter of the range: {examples:; }; --window CENTER,WIDTH shows another part.",
        "ja": "8ビットを超える画像のうち、値の範囲の4分の1も使っておらず、ほぼ真っ黒なものが{n}枚あります："
        "{examples:；}。見せる範囲は --window 中心,幅 で変えられます。",
    },
    "check.few": {
        "en": "Fewer than {least} pictures, so that figures mean little: {examples:; }.",
        "ja": "画像が{least}枚に満たず、成績の数値があまり当てにならないクラスがあります：{examples:；}。",
    },
    "check.uneven": {
        "en": "Uneven classes: the largest has {times:.0f} times the pictures of the smallest.",
        "ja": "クラスに偏りがあります。最多のクラスの画像は最少のクラスの{times:.0f}倍です。",
    },
    "check.grey": {
        "en": "{n} picture without colour among coloured ones.|{n} pictures without colour among coloured ones.",
        "ja": "カラー画像に混じって、色のない画像が{n}枚あります。",
    },
    "check.modes": {
        "en": "Pixels are stored in different ways: {counts}.",
        "ja": "画素の形式がそろっていません：{counts}。",
    },
    "check.formats": {
        "en": "Files are of different formats: {counts}.",
        "ja": "ファイル形式がそろっていません：{counts}。",
    },
    "check.count": {"en": "{name} ({n})", "ja": "{name}（{n}枚）"},
    "check.turned": {
        "en": "{n} picture turned upright as its EXIF data say.|{n} pictures turned upright as their EXIF data say.",
        "ja": "EXIF情報に従って向きを直す画像が{n}枚あります。",
    },
    "check.transparent": {
        "en": "{n} picture with transparent parts, which are shown on white.|{n} pictures with transparent parts, "
        "which are shown on white.",
        "ja": "透明な部分のある画像が{n}枚あります。白い背景に重ねて扱います。",
    },
    "check.sixteen_bit": {
        "en": "{n} picture with 16 bits a channel, of which the upper 8 are used; --window chooses others in grey "
        "ones.|{n} pictures with 16 bits a channel, of which the upper 8 are used; --window chooses others in grey "
        "ones.",
        "ja": "1チャンネル16ビットの画像が{n}枚あります。上位8ビットを使います。"
        "グレー画像では --window で範囲を選べます。",
    },
    "check.own_window": {
        "en": "{n} DICOM file seen through its own window; --window sets one for all.|{n} DICOM files seen through "
        "their own windows; --window sets one for all.",
        "ja": "ファイル自身のウィンドウで見るDICOMファイルが{n}枚あります。--window で全部に同じものを指定できます。",
    },
    "check.whole_range": {
        "en": "{n} DICOM file without a window, of which the whole range of values is used; --window chooses a part."
        "|{n} DICOM files without a window, of which the whole range of values is used; --window chooses a part.",
        "ja": "ウィンドウを持たないDICOMファイルが{n}枚あります。値の全範囲を使います。--window で範囲を選べます。",
    },
    "check.windowed": {
        "en": "{n} picture seen through the window {window}.|{n} pictures seen through the window {window}.",
        "ja": "ウィンドウ {window} を通して見る画像が{n}枚あります。",
    },
    "check.no_window": {
        "en": "The window {window} changes nothing: it is for DICOM files and grey pictures of 16 bits.",
        "ja": "ウィンドウ {window} は効きません。対象はDICOMファイルと16ビットのグレー画像です。",
    },
    "check.several_frames": {
        "en": "{n} picture with several frames, of which the first is used.|{n} pictures with several frames, of "
        "which the first is used.",
        "ja": "複数のフレームを含む画像が{n}枚あります。最初のフレームを使います。",
    },
}

_BAD: dict[str, dict[Language, str]] = {
    "bad.truncated": {"en": "truncated", "ja": "途中で切れています"},
    "bad.broken": {"en": "broken ({said})", "ja": "壊れています：{said}"},
    "bad.memory": {"en": "needs more memory than there is", "ja": "メモリが足りません"},
    "bad.pillow": {
        "en": "over Pillow's own limit of {limit} pixels",
        "ja": "Pillow の上限{limit}画素を超えています",
    },
    "bad.system": {"en": "cannot be read: {said}", "ja": "読み込めません：{said}"},
    "bad.empty": {"en": "empty file", "ja": "空のファイルです"},
    "bad.format": {
        "en": "format {format} is not on the list ({known})",
        "ja": "{format} 形式には対応していません（対応形式：{known}）",
    },
    "bad.short": {"en": "not a picture (too short)", "ja": "画像ではありません（短すぎます）"},
    "bad.text": {"en": "not a picture (text)", "ja": "画像ではありません（テキストです）"},
    "bad.none": {
        "en": "not a picture (none of {known})",
        "ja": "画像ではありません（{known} のどれでもありません）",
    },
    "bad.large": {
        "en": "{width} × {height} pixels is over the limit of {limit}",
        "ja": "{width}×{height}画素で、上限の{limit}画素を超えています",
    },
    "bad.dicom.extra": {
        "en": "DICOM, which needs pip install 'miwake[medical]'",
        "ja": "DICOM の読み込みには pip install 'miwake[medical]' が必要です",
    },
    "bad.dicom.broken": {"en": "broken DICOM file", "ja": "DICOM ファイルが壊れています"},
    "bad.dicom.none": {
        "en": "DICOM file without a picture (a report, a plan or a directory)",
        "ja": "画像を含まない DICOM ファイルです（レポート、計画、目次など）",
    },
    "bad.dicom.kind": {
        "en": "DICOM picture that is neither grey, RGB, YBR nor of a palette",
        "ja": "グレー、RGB、YBR、パレットのいずれでもない DICOM 画像です",
    },
    "bad.dicom.compressed": {
        "en": "DICOM compressed as {syntax}, which needs pip install {packages}",
        "ja": "{syntax} で圧縮された DICOM です。pip install {packages} が必要です",
    },
    "bad.dicom.undecoded": {
        "en": "DICOM compressed as {syntax}, whose pixels cannot be decoded",
        "ja": "{syntax} で圧縮された DICOM で、画素を復号できません",
    },
    "bad.dicom.unsupported": {
        "en": "DICOM stored as {syntax}, for which there is no decoder; convert it to an uncompressed one first",
        "ja": "{syntax} 形式の DICOM には対応していません。先に非圧縮の形式へ変換してください",
    },
    "bad.deep": {
        "en": "mode {mode} with values from {low:d} to {high:d}, beyond 16 bits",
        "ja": "モード {mode} の値が{low:d}～{high:d}で、16ビットに収まりません",
    },
    "bad.mode": {"en": "mode {mode} has no 8-bit form", "ja": "モード {mode} は8ビットにできません"},
    "bad.file_channels": {
        "en": "a picture file holds 1 or 3 channels, and the network takes {channels}",
        "ja": "画像ファイルは1または3チャンネルですが、ネットワークの入力は{channels}チャンネルです",
    },
    "bad.channels": {
        "en": "{found} channels, and the network takes {channels}",
        "ja": "{found}チャンネルですが、ネットワークの入力は{channels}チャンネルです",
    },
    "bad.array": {
        "en": "an array of {dtype} of shape {shape}, not (H, W, C) of uint8",
        "ja": "{dtype} 型、形 {shape} の配列で、uint8 型の (H, W, C) ではありません",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_CHECK, **_BAD}
