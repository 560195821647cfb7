"""Words of an evaluation: what a figure means, and the table in the terminal."""

from __future__ import annotations

from miwake.look.text import Language

_SENTENCES: dict[str, dict[Language, str]] = {
    "evaluate.between": {"en": " (between {low} and {high})", "ja": "（{low}～{high}）"},
    "evaluate.unbounded": {"en": " (no interval can be given)", "ja": "（区間は求められません）"},
    "evaluate.accuracy": {
        "en": "Of {of} pictures like these it will get {about} right{range}.",
        "ja": "同じような画像{of}枚のうち、{about}枚を正しく答えます{range}。",
    },
    "evaluate.accuracy.multilabel": {
        "en": "Of {of} pictures like these it will get every label right for {about}{range}.",
        "ja": "同じような画像{of}枚のうち、{about}枚ですべてのラベルを正しく答えます{range}。",
    },
    "evaluate.accuracy.forced": {
        "en": "Of {of} pictures like these it would get {about} right{range} if it had to answer every one.",
        "ja": "すべての画像に必ず答えるとすれば、同じような画像{of}枚のうち{about}枚を正しく答えます{range}。",
    },
    "evaluate.with_range": {"en": "{value} ({range})", "ja": "{value}（{range}）"},
    "evaluate.baseline": {
        "en": "Without looking, always answering '{label}', one would get {about} of {of} right{range}.",
        "ja": "画像を見ずに「{label}」とだけ答えても、{of}枚のうち{about}枚は正しくなります{range}。",
    },
    "evaluate.baseline.none": {
        "en": "Without looking, never naming any label, one would get {about} of {of} right{range}.",
        "ja": "画像を見ずに「ラベルなし」とだけ答えても、{of}枚のうち{about}枚は正しくなります{range}。",
    },
    "evaluate.unproven": {
        "en": "It is not shown that the model does better than that.",
        "ja": "モデルがそれより優れているとは、まだ言えません。",
    },
    "evaluate.balanced_accuracy": {
        "en": "If every class were as frequent as any other, it would get {about} of {of} right{range}: a balanced "
        "accuracy of {value}.",
        "ja": "どのクラスも同じ割合で現れるなら、{of}枚のうち{about}枚を正しく答えます{range}。"
        "均衡正解率は{value}です。",
    },
    "evaluate.top5": {
        "en": "For {about} of {of} pictures the right class is among its five most probable ones{range}.",
        "ja": "{of}枚のうち{about}枚で、正しいクラスが確率の高い5クラスに入ります{range}。",
    },
    "evaluate.miss": {
        "en": "Of {of} pictures of '{name}' it will miss {about}{range}: {term} {value}.",
        "ja": "「{name}」の画像{of}枚のうち{about}枚を見逃します{range}。{term}は{value}です。",
    },
    "evaluate.alarm": {
        "en": "Of {of} times that it says '{name}', it will be wrong {about} times{range}: {term} {value}.",
        "ja": "「{name}」と答えた{of}回のうち{about}回は誤りです{range}。{term}は{value}です。",
    },
    "evaluate.recall": {"en": "recall", "ja": "再現率"},
    "evaluate.precision": {"en": "precision", "ja": "適合率"},
    "evaluate.sensitivity": {"en": "sensitivity", "ja": "感度"},
    "evaluate.specificity": {"en": "specificity", "ja": "特異度"},
    "evaluate.ppv": {"en": "positive predictive value", "ja": "陽性的中率"},
    "evaluate.npv": {"en": "negative predictive value", "ja": "陰性的中率"},
    "evaluate.macro": {
        "en": "Averaged over the classes: precision {precision}, recall {recall}, F1 {f1}.",
        "ja": "クラス平均では、適合率{precision}、再現率{recall}、F1値{f1}です。",
    },
    "evaluate.auc": {
        "en": "Given a picture of a class and one of another, it rates the right one higher in {about} of {of} "
        "pairs{range}: ROC AUC, mean of the classes.",
        "ja": "あるクラスの画像と別のクラスの画像を1枚ずつ比べると、{of}組のうち{about}組で"
        "正しいほうを高く評価します{range}。ROC AUC（クラス平均）による値です。",
    },
    "evaluate.partial_auc": {
        "en": "Where at most 10 of 100 others may be taken for a class, the standardised partial AUC is {value} "
        "({range}); 0.5 is chance, 1 is perfect.",
        "ja": "他クラスの画像100枚につき誤報を10枚まで許す範囲では、標準化部分AUCは{value}（{range}）です。"
        "0.5は偶然と同じ、1は完全です。",
    },
    "evaluate.calibration": {
        "en": "The probability that it states is off by {value} percentage points on average ({range}): expected "
        "calibration error.",
        "ja": "述べた確率と実際の正答率との差は、平均{value}ポイント（{range}）です（期待較正誤差）。",
    },
    "evaluate.calibration.before": {
        "en": "As trained, before temperature scaling, it was off by {value} points ({range}).",
        "ja": "温度スケーリングによる補正の前は、平均{value}ポイント（{range}）の差がありました。",
    },
    "evaluate.temperature.over": {
        "en": "As trained it was too sure of itself; its outputs are divided by {temperature} (temperature scaling, "
        "fitted on validation).",
        "ja": "学習直後は自信過剰でした。出力を{temperature}で割って補正しています"
        "（温度スケーリング、検証データで決定）。",
    },
    "evaluate.temperature.under": {
        "en": "As trained it was too modest; its outputs are divided by {temperature} (temperature scaling, fitted "
        "on validation).",
        "ja": "学習直後は控えめすぎました。出力を{temperature}で割って補正しています"
        "（温度スケーリング、検証データで決定）。",
    },
    "evaluate.answered": {
        "en": "It will answer {about} of {of} pictures{range} and say “I don't know” of the others.",
        "ja": "{of}枚のうち{about}枚に答え{range}、残りは「分からない」と答えます。",
    },
    "evaluate.accuracy_answered": {
        "en": "Of {of} answers that it gives, {about} will be right{range}.",
        "ja": "答えた{of}枚のうち{about}枚は正解です{range}。",
    },
    "evaluate.fate": {
        "en": "Of 100 pictures of '{name}' it will leave {unknown} to a person and answer {wrong} wrongly "
        "({low} to {high}).",
        "ja": "「{name}」の画像100枚のうち、{unknown}枚を人に任せ、{wrong}枚を間違えます（{low}～{high}枚）。",
    },
    "evaluate.cost": {
        "en": "With your costs a picture costs {value} on average ({range}); the cheapest constant answer would cost "
        "{baseline}.",
        "ja": "指定の費用では1枚あたり平均{value}（{range}）です。最も安い一律の答えでは{baseline}かかります。",
    },
    "evaluate.taxonomy": {
        "en": "In the {n} coarse class of the taxonomy it will get {about} of {of} pictures right{range}.|In the {n} "
        "coarse classes of the taxonomy it will get {about} of {of} pictures right{range}.",
        "ja": "大分類の{n}クラスでは、{of}枚のうち{about}枚を正しく答えます{range}。",
    },
    "evaluate.groups": {
        "en": "The pictures come from {n} groups, and the intervals allow for it.",
        "ja": "画像は{n}個のグループから成り、区間はそれを考慮しています。",
    },
    "evaluate.groups.few": {
        "en": "The pictures come from only {n} groups: take the intervals for rough.",
        "ja": "画像は{n}個のグループだけから成るため、区間は目安です。",
    },
    "evaluate.groups.one": {
        "en": "All pictures come from one group: how it does on another cannot be said, so there are no intervals.",
        "ja": "すべての画像が一つのグループから来ているため、他のグループでの成績は分からず、区間は求められません。",
    },
    "evaluate.absent": {
        "en": "Nothing can be said of classes without pictures here: {classes}.",
        "ja": "画像のないクラスについては何も言えません：{classes}。",
    },
    "evaluate.kept": {
        "en": "From now on {run} answers so.",
        "ja": "今後 {run} はこの基準で答えます。",
    },
    "evaluate.learnt": {
        "en": "{n} of the {total} pictures was learnt from or chosen by in training: figures on it flatter. Without "
        "other data, the run's own test pictures are judged.|{n} of the {total} pictures were learnt from or chosen by "
        "in training: figures on them flatter. Without other data, the run's own test pictures are judged.",
        "ja": "{total}枚のうち{n}枚は訓練または選択に使われた画像です。その結果は実際より良く見えます。"
        "データを指定しなければ、この訓練のテスト画像だけで評価します。",
    },
    "evaluate.few": {
        "en": "Fewer than ten pictures stand behind what is said of: {classes}.",
        "ja": "次のクラスは画像が10枚未満です：{classes}。",
    },
}

_SUMMARY: dict[str, dict[Language, str]] = {
    "evaluate.title": {"en": "{split}: {pictures}, {classes}", "ja": "{split}：{pictures}、{classes}"},
    "evaluate.title.groups": {
        "en": "{split}: {pictures} of {n} group, {classes}|{split}: {pictures} of {n} groups, {classes}",
        "ja": "{split}：{pictures}（{n}グループ）、{classes}",
    },
    "evaluate.always": {"en": "Baseline, always '{label}'", "ja": "基準（常に「{label}」）"},
    "evaluate.always.none": {"en": "Baseline, never a label", "ja": "基準（常にラベルなし）"},
    "evaluate.ece": {"en": "Calibration error", "ja": "期待較正誤差"},
    "evaluate.ece.before": {"en": "Calibration error as trained", "ja": "期待較正誤差（補正前）"},
    "evaluate.share.answered": {"en": "Answered", "ja": "答えた割合"},
    "evaluate.share.right": {"en": "Right among answered", "ja": "答えたうちの正解率"},
    "evaluate.per_picture": {"en": "Cost per picture", "ja": "1枚あたりの費用"},
    "evaluate.hardest": {
        "en": "The {n} hardest of {classes}; evaluation.json has all.",
        "ja": "苦手な{n}クラス（{classes}中）。全クラスは evaluation.json にあります。",
    },
    "split.data": {"en": "data", "ja": "指定データ"},
    "evaluate.coarse": {"en": "Coarse classes", "ja": "大分類"},
}

WORDS: dict[str, dict[Language, str]] = {**_SENTENCES, **_SUMMARY}
