"""Words of the report on figures: the result, the classes, and how far its certainty can be trusted."""

from __future__ import annotations

from miwake.look.text import Language

_RESULT: dict[str, dict[Language, str]] = {
    "report.result.sentence": {
        "en": "Of {of} new pictures like these, expect about {about} right answers: between {low} and {high}.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚を正しく答えると見込まれます（{low}～{high}枚）。",
    },
    "report.result.sentence.multilabel": {
        "en": "Of {of} new pictures like these, expect every label to be right for about {about}: between {low} and "
        "{high}.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚ですべてのラベルが正しくなると見込まれます（{low}～"
        "{high}枚）。",
    },
    "report.result.sentence.unbounded": {
        "en": "Of {of} new pictures like these, expect about {about} right answers; how far off this may be cannot "
        "be said.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚を正しく答えると見込まれます（誤差の範囲は分かりませ"
        "ん）。",
    },
    "report.result.sentence.multilabel.unbounded": {
        "en": "Of {of} new pictures like these, expect every label to be right for about {about}; how far off this "
        "may be cannot be said.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚ですべてのラベルが正しくなると見込まれます（誤差の範"
        "囲は分かりません）。",
    },
    "report.result.missed": {
        "en": "Of {of} pictures of “{name}” it will take about {about} for something else: between {low} and {high}.",
        "ja": "「{name}」の画像{of}枚のうち、およそ{about}枚を別のものと判定します（{low}～{high}枚）。",
    },
    "report.result.accuracy": {"en": "right answers", "ja": "正答率"},
    "report.result.accuracy.multilabel": {"en": "all labels right", "ja": "全ラベル一致率"},
    "report.result.icons": {"en": "Right answers out of {of}", "ja": "{of}枚中の正答数"},
    "report.result.icons.description": {
        "en": "{of} marks: {low} dots surely right, {doubt} rings within the 95% interval, {wrong} crosses surely "
        "wrong.",
        "ja": "{of}個の印：確実に正しい点が{low}個、95%区間内の輪が{doubt}個、確実に誤りの×が{wrong}個。",
    },
    "report.result.right": {"en": "right", "ja": "正しい"},
    "report.result.doubt": {"en": "right or wrong: the interval", "ja": "区間内（どちらもありうる）"},
    "report.result.wrong": {"en": "wrong", "ja": "誤り"},
    "report.result.baseline": {
        "en": "Always answering “{label}”, the most frequent class, would be right in {value} of them ({range}).",
        "ja": "最も多いクラス「{label}」とだけ答え続けた場合の正答率は{value}（{range}）です。",
    },
    "report.result.baseline.multilabel": {
        "en": "Always giving the same answer, “{label}”, would be right in {value} of them ({range}).",
        "ja": "いつも同じ答え「{label}」を返した場合の一致率は{value}（{range}）です。",
    },
    "report.result.basis": {
        "en": "Judged on {pictures} that the model never saw in training, nor in choosing anything.",
        "ja": "学習にも選択にも一切使わなかった{pictures}で評価しました。",
    },
    "report.caution": {"en": "Take care", "ja": "注意"},
    "report.caution.baseline": {
        "en": "It is not shown that this model does better than always answering “{label}”. More pictures, or "
        "clearer ones, are needed before it is used.",
        "ja": "このモデルが、いつも「{label}」と答えるより優れているとは言えません。使う前に、より多くの、またはより"
        "鮮明な画像が必要です。",
    },
    "report.caution.few": {
        "en": "Only {pictures} were there to judge by, so the intervals are wide. Set more aside before you rely on "
        "it.",
        "ja": "評価に使えたのは{pictures}だけなので、区間が広くなっています。頼りにする前に、テスト用の画像を増やして"
        "ください。",
    },
    "report.figures": {"en": "All figures with their intervals", "ja": "すべての指標と区間"},
    "report.figures.figure": {"en": "Figure", "ja": "指標"},
    "report.figures.value": {"en": "Value", "ja": "値"},
    "report.figures.key": {
        "en": "A dot is the value, the bar its 95% interval, the short rule (or ◂ with its value, where it lies "
        "further left) what guessing would reach.",
        "ja": "点が値、横棒が95%区間、短い縦線（左にはみ出す場合は◂と値）が当てずっぽうで届く値です。",
    },
    "report.accuracy": {"en": "Accuracy", "ja": "正解率"},
    "report.accuracy.meaning": {"en": "Right answers among all pictures.", "ja": "全画像のうち正しく答えた割合。"},
    "report.accuracy.multilabel.meaning": {
        "en": "Pictures whose labels are all right.",
        "ja": "すべてのラベルが一致した画像の割合。",
    },
    "report.validation": {"en": "Accuracy on validation", "ja": "検証データの正解率"},
    "report.validation.meaning": {
        "en": "Weights and thresholds were chosen on these pictures, so it flatters a little.",
        "ja": "重みやしきい値の選択に使った画像なので、やや高めに出ます。",
    },
    "report.balanced_accuracy": {"en": "Balanced accuracy", "ja": "均衡正解率"},
    "report.balanced_accuracy.meaning": {
        "en": "The same if every class counted alike, however rare.",
        "ja": "少ないクラスも同じ重みで数えた正解率。",
    },
    "report.top5": {"en": "Top-5 accuracy", "ja": "上位5正解率"},
    "report.top5.meaning": {
        "en": "The true class is among the five most likely.",
        "ja": "確率の高い5クラスに正解が含まれる割合。",
    },
    "report.precision": {"en": "Precision", "ja": "適合率"},
    "report.precision.meaning": {
        "en": "When it names a class, how often that is right; mean of the classes.",
        "ja": "あるクラスと答えたとき、それが正しい割合（クラス平均）。",
    },
    "report.recall": {"en": "Recall", "ja": "再現率"},
    "report.recall.meaning": {
        "en": "How much of a class it finds; mean of the classes.",
        "ja": "あるクラスの画像のうち見つけられた割合（クラス平均）。",
    },
    "report.f1": {"en": "F1", "ja": "F1値"},
    "report.f1.meaning": {
        "en": "Precision and recall in one, their harmonic mean; mean of the classes.",
        "ja": "適合率と再現率の調和平均（クラス平均）。",
    },
    "report.auc": {"en": "ROC AUC", "ja": "ROC AUC"},
    "report.auc.meaning": {
        "en": "How often a picture of a class scores higher than one of the others; 50% is chance.",
        "ja": "あるクラスの画像が他の画像より高い得点になる割合。50%は偶然と同じ。",
    },
    "report.partial_auc": {"en": "Partial ROC AUC", "ja": "部分ROC AUC"},
    "report.partial_auc.meaning": {
        "en": "The same where at most 10% false alarms are allowed; 50% is chance.",
        "ja": "誤報を10%まで許す範囲での同じ値。50%は偶然と同じ。",
    },
    "report.taxonomy": {"en": "Summed into coarse classes", "ja": "大分類にまとめた成績"},
    "report.taxonomy.sentence": {
        "en": "With the {classes} of your taxonomy, {value} of the answers are right ({range}).",
        "ja": "指定された分類の{classes}では、正答率は{value}（{range}）です。",
    },
}

_CLASSES: dict[str, dict[Language, str]] = {
    "report.mistakes.sentence": {
        "en": "{wrong} of {pictures} got a wrong answer. Here are {n}, those first that the model was most sure of: "
        "some may carry a wrong label.",
        "ja": "{pictures}のうち{wrong}枚が誤りでした。確信度の高い順に{n}枚を示します。ラベルの付け間違いが含まれるこ"
        "ともあるので、まずここを確かめてください。",
    },
    "report.mistakes.none.unsure": {
        "en": "Not one mistake among {pictures}. That does not mean never; for a bound, more groups are needed.",
        "ja": "{pictures}に誤りは一つもありませんでした。ただし、決して間違えないという意味ではなく、"
        "上限を示すにはより多くのグループが必要です。",
    },
    "report.mistakes.none": {
        "en": "Not one mistake among {pictures}. That does not mean never: up to {high} of 1,000 new pictures may "
        "still go wrong.",
        "ja": "{pictures}に誤りは一つもありませんでした。ただし、決して間違えないという意味ではなく、新しい画像1,000"
        "枚のうち{high}枚までは誤る可能性があります。",
    },
    "report.mistakes.hidden": {
        "en": "{wrong} of {pictures} got a wrong answer; their pictures are not part of this report.",
        "ja": "{pictures}のうち{wrong}枚が誤りでした。その画像はこのレポートに含まれていません。",
    },
    "report.mistakes.alt": {
        "en": "A picture of {true} that was taken for {predicted}.",
        "ja": "{predicted}と判定された{true}の画像。",
    },
    "report.mistakes.said": {"en": "said", "ja": "判定"},
    "report.mistakes.is": {"en": "is", "ja": "正解"},
    "report.classes.weakest": {
        "en": "It finds “{name}” least reliably: about {about} of {of} such pictures ({low} to {high}).",
        "ja": "最も見つけにくいのは「{name}」で、{of}枚中およそ{about}枚（{low}～{high}枚）です。",
    },
    "report.classes.slip": {
        "en": "Its most frequent slip: {count} of {total} pictures of “{true}” were taken for “{predicted}”.",
        "ja": "最も多い取り違え：「{true}」{total}枚のうち{count}枚を「{predicted}」と判定しました。",
    },
    "report.classes.flawless": {"en": "No class was taken for another.", "ja": "クラスの取り違えはありませんでした。"},
    "report.classes.table": {"en": "Figures of every class", "ja": "クラス別の指標"},
    "report.classes.hardest": {"en": "The {n} classes that are hardest for it", "ja": "最も苦手な{n}クラス"},
    "report.classes.all": {"en": "All {n} classes", "ja": "全{n}クラス"},
    "report.classes.limit": {
        "en": "The {n} hardest classes are shown; evaluation.json has all.",
        "ja": "苦手な{n}クラスを示しています。全クラスは evaluation.json にあります。",
    },
    "report.class": {"en": "Class", "ja": "クラス"},
    "report.number": {"en": "No.", "ja": "番号"},
    "report.pictures": {"en": "Pictures", "ja": "枚数"},
    "report.classes.answered": {"en": "Answered", "ja": "判定数"},
    "report.classes.found": {"en": "Found (recall)", "ja": "見つけた割合（再現率）"},
    "report.confusion": {"en": "What it takes for what", "ja": "何を何と間違えるか"},
    "report.confusion.caption": {
        "en": "Confusion matrix. A row is what a picture is, a column what the model said. Blue is right, orange "
        "wrong; deeper means a larger share of the row.",
        "ja": "混同行列。行が正解、列がモデルの答えです。青は正解、橙は誤りで、濃いほど行に占める割合が大きいことを示"
        "します。",
    },
    "report.confusion.description": {
        "en": "{right} of {total} pictures lie on the diagonal, where answer and truth agree.",
        "ja": "{total}枚のうち{right}枚が、答えと正解の一致する対角線上にあります。",
    },
    "report.confusion.true": {"en": "is", "ja": "正解"},
    "report.confusion.answer": {"en": "model said", "ja": "モデルの答え"},
    "report.confusion.large": {
        "en": "With {n} classes a matrix would not be readable; these are the pairs that are mixed up most.",
        "ja": "{n}クラスの行列は読み取れないため、最も取り違えの多い組を示します。",
    },
    "report.pairs": {"en": "Most frequent mix-ups", "ja": "取り違えの多い組"},
    "report.pairs.is": {"en": "Is", "ja": "正解"},
    "report.pairs.said": {"en": "Model said", "ja": "モデルの答え"},
    "report.pairs.share": {"en": "Of that class", "ja": "クラス内の割合"},
}

_TRUST: dict[str, dict[Language, str]] = {
    "report.trust.sentence": {
        "en": "Where it said {low} or more, it was right in {right} of {pictures}.",
        "ja": "確信度が{low}以上だった{pictures}のうち、{right}枚が正解でした。",
    },
    "report.trust.before": {"en": "As trained", "ja": "学習直後"},
    "report.trust.after": {"en": "As delivered, calibrated", "ja": "補正後（実際に使われる値）"},
    "report.trust.over": {
        "en": "The network was too sure of itself; dividing its scores by {temperature} (fitted on validation) made "
        "its stated probabilities more honest.",
        "ja": "ネットワークは自信過剰でした。得点を{temperature}で割る補正（検証データで決定）により、確率がより正直"
        "になりました。",
    },
    "report.trust.under": {
        "en": "The network was too modest; dividing its scores by {temperature} (fitted on validation) made its "
        "stated probabilities more honest.",
        "ja": "ネットワークは控えめすぎました。得点を{temperature}で割る補正（検証データで決定）により、確率がより正"
        "直になりました。",
    },
    "report.trust.worse": {
        "en": "Dividing its scores by {temperature}, fitted on validation, did not bring the probabilities closer to "
        "the truth on the test pictures.",
        "ja": "検証データで決めた補正（得点を{temperature}で割る）は、テスト画像では確率を真実に近づけませんでした。",
    },
    "report.trust.ece": {
        "en": "On average its stated probability is {value} away from the truth (expected calibration error, 95% "
        "interval {range}).",
        "ja": "述べた確率と実際との差は平均{value}です（期待較正誤差、95%区間 {range}）。",
    },
    "report.trust.ece.before": {
        "en": "As trained, before its scores were calibrated, that was {value} (95% interval {range}).",
        "ja": "補正前（学習直後）の差は平均{value}でした（95%区間 {range}）。",
    },
    "report.trust.caption": {
        "en": "Reliability diagram. On the slanted line, what it says comes true; below, it is too sure. A larger "
        "dot stands for more pictures.",
        "ja": "信頼性図。斜めの線上なら述べた確率どおり、下なら自信過剰です。点の大きさは画像の枚数を表します。",
    },
    "report.trust.x": {"en": "what it says", "ja": "述べた確率"},
    "report.trust.y": {"en": "how often it is right", "ja": "実際の正答率"},
    "report.trust.ideal": {"en": "honest", "ja": "理想"},
    "report.trust.description": {
        "en": "Expected calibration error {value}. {points}",
        "ja": "期待較正誤差 {value}。{points}",
    },
    "report.trust.point": {
        "en": "Says {confidence}: right in {accuracy} of {n}.",
        "ja": "確信度{confidence}：{n}枚中{accuracy}が正解。",
    },
    "report.decision": {"en": "When it would rather not say", "ja": "答えを控える場合"},
    "report.decision.sentence": {
        "en": "It answers {answered} of the pictures ({range}); of these, {accuracy} are right ({accuracy_range}). "
        "The others are for a person to look at.",
        "ja": "画像の{answered}（{range}）に答え、そのうち{accuracy}（{accuracy_range}）が正解です。残りは人が確かめ"
        "てください。",
    },
    "report.decision.always": {
        "en": "It always answers; “I don’t know” was not asked for, or would not pay with your costs.",
        "ja": "常に答えます。「分からない」は求められていないか、指定の費用では得になりません。",
    },
    "report.decision.threshold": {
        "en": "It says “I don’t know” below a probability of {threshold}, a limit chosen on the validation pictures.",
        "ja": "確率が{threshold}未満なら「分からない」と答えます。このしきい値は検証データで決めました。",
    },
    "report.decision.limit": {
        "en": "It says “I don’t know” where its best answer would be expected to cost more than {cost}, a limit "
        "chosen on the validation pictures.",
        "ja": "最善の答えでも予想される費用が{cost}を超えるとき「分からない」と答えます。この限度は検証データで決めま"
        "した。",
    },
    "report.decision.outcomes": {"en": "What becomes of the pictures of each class", "ja": "クラスごとの画像の行き先"},
    "report.decision.right": {"en": "right", "ja": "正解"},
    "report.decision.unknown": {"en": "handed to a person", "ja": "人が確認"},
    "report.decision.wrong": {"en": "wrong", "ja": "誤り"},
    "report.decision.missed": {"en": "missed", "ja": "見落とし"},
    "report.decision.named": {"en": "named wrongly", "ja": "誤って挙げる"},
    "report.decision.costs": {
        "en": "What a mistake costs: rows are the truth, columns the answer",
        "ja": "誤りの費用：行が正解、列が答え",
    },
}

WORDS: dict[str, dict[Language, str]] = {**_RESULT, **_CLASSES, **_TRUST}
