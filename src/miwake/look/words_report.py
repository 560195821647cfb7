"""Words of the report."""

from __future__ import annotations

from miwake.look.text import Language

_FRAME: dict[str, dict[Language, str]] = {
    "report.skip": {"en": "Skip to the results", "ja": "結果へ移動"},
    "report.contents": {"en": "Contents", "ja": "目次"},
    "report.subtitle": {
        "en": "{architecture} · {data} · {classes} · judged on {pictures}",
        "ja": "{architecture} ・ {data} ・ {classes} ・ {pictures}で評価",
    },
    "report.made": {
        "en": "Written by Miwake. This page is one file: it opens offline and loads nothing.",
        "ja": "Miwake が作成しました。このページは一つのファイルで、オフラインで開き、外部から何も読み込みません。",
    },
    "report.nav.result": {"en": "How good is it?", "ja": "どれくらい正確か"},
    "report.nav.mistakes": {"en": "Its mistakes", "ja": "間違い"},
    "report.nav.classes": {"en": "Class by class", "ja": "クラスごとの成績"},
    "report.nav.trust": {"en": "Can its certainty be trusted?", "ja": "確信度は信頼できるか"},
    "report.nav.data": {"en": "The pictures", "ja": "画像データ"},
    "report.nav.seen": {"en": "What the model saw", "ja": "モデルが見た画像"},
    "report.nav.learning": {"en": "How it learnt", "ja": "学習の経過"},
    "report.nav.filters": {"en": "What it looks for first", "ja": "最初の層が見ているもの"},
    "report.nav.model": {"en": "The model", "ja": "モデル"},
    "report.nav.next": {"en": "What to type next", "ja": "次に実行するコマンド"},
    "report.nav.details": {"en": "Settings and machine", "ja": "設定と実行環境"},
    "unit.pictures": {"en": "{n} picture|{n} pictures", "ja": "{n}枚の画像"},
    "unit.classes": {"en": "{n} class|{n} classes", "ja": "{n}クラス"},
    "split.train": {"en": "training", "ja": "学習"},
    "split.val": {"en": "validation", "ja": "検証"},
    "split.test": {"en": "test", "ja": "テスト"},
    "report.unknown": {"en": "“I don’t know”", "ja": "「分からない」"},
    "report.interval": {"en": "95% interval", "ja": "95%区間"},
    "report.quoted": {"en": "“{text}”", "ja": "「{text}」"},
    "report.more": {"en": "… and {n} more.", "ja": "…ほか{n}件。"},
    "report.and": {"en": ", ", "ja": "、"},
}

_RESULT: dict[str, dict[Language, str]] = {
    "report.result.sentence": {
        "en": "Of {of} new pictures like these, expect about {about} right answers: between {low} and {high}.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚を正しく答えると見込まれます（{low}～{high}枚）。",
    },
    "report.result.sentence.multilabel": {
        "en": "Of {of} new pictures like these, expect every label to be right for about {about}: between {low} and {high}.",
        "ja": "同じような新しい画像{of}枚のうち、およそ{about}枚ですべてのラベルが正しくなると見込まれます（{low}～{high}枚）。",
    },
    "report.result.accuracy": {"en": "right answers", "ja": "正答率"},
    "report.result.accuracy.multilabel": {"en": "all labels right", "ja": "全ラベル一致率"},
    "report.result.icons": {"en": "Right answers out of {of}", "ja": "{of}枚中の正答数"},
    "report.result.icons.description": {
        "en": "{of} marks: {low} dots surely right, {doubt} rings within the 95% interval, {wrong} crosses surely wrong.",
        "ja": "{of}個の印：確実に正しい点が{low}個、95%区間内の輪が{doubt}個、確実に誤りの×が{wrong}個。",
    },
    "report.result.right": {"en": "right", "ja": "正しい"},
    "report.result.doubt": {"en": "right or wrong: the interval", "ja": "区間内（どちらもありうる）"},
    "report.result.wrong": {"en": "wrong", "ja": "誤り"},
    "report.result.baseline": {
        "en": "Always answering “{label}”, the most frequent class, would be right in {value} of them.",
        "ja": "最も多いクラス「{label}」とだけ答え続けた場合の正答率は{value}です。",
    },
    "report.result.baseline.multilabel": {
        "en": "Always giving the same answer, “{label}”, would be right in {value} of them.",
        "ja": "いつも同じ答え「{label}」を返した場合の一致率は{value}です。",
    },
    "report.result.basis": {
        "en": "Judged on {pictures} that the model never saw in training, nor in choosing anything.",
        "ja": "学習にも選択にも一切使わなかった{pictures}で評価しました。",
    },
    "report.result.groups": {
        "en": "The pictures come from {n} groups; the intervals allow for that.",
        "ja": "画像は{n}個のグループから成り、区間はそれを考慮しています。",
    },
    "report.caution": {"en": "Take care", "ja": "注意"},
    "report.caution.baseline": {
        "en": "It is not shown that this model does better than always answering “{label}”. More pictures, or "
        "clearer ones, are needed before it is used.",
        "ja": "このモデルが、いつも「{label}」と答えるより優れているとは言えません。使う前に、より多くの、"
        "またはより鮮明な画像が必要です。",
    },
    "report.caution.few": {
        "en": "Only {pictures} were there to judge by, so the intervals are wide. Set more aside before you rely on it.",
        "ja": "評価に使えたのは{pictures}だけなので、区間が広くなっています。頼りにする前に、テスト用の画像を増やしてください。",
    },
    "report.caution.classes": {
        "en": "Fewer than ten test pictures stand behind each of these classes: {classes}.",
        "ja": "次のクラスはテスト画像が10枚未満です：{classes}。",
    },
    "report.figures": {"en": "All figures with their intervals", "ja": "すべての指標と区間"},
    "report.figures.figure": {"en": "Figure", "ja": "指標"},
    "report.figures.value": {"en": "Value", "ja": "値"},
    "report.figures.meaning": {"en": "What it says", "ja": "意味"},
    "report.figures.key": {
        "en": "A dot is the value, the bar its 95% interval, the short rule the baseline.",
        "ja": "点が値、横棒が95%区間、短い縦線が基準値です。",
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
        "en": "{wrong} of {pictures} got a wrong answer. These {n} are the ones that the model was most sure of; "
        "look at them first: some may carry a wrong label.",
        "ja": "{pictures}のうち{wrong}枚が誤りでした。確信度の高い順に{n}枚を示します。ラベルの付け間違いが"
        "含まれることもあるので、まずここを確かめてください。",
    },
    "report.mistakes.none": {
        "en": "Not one mistake among {pictures}. That does not mean never: up to {high} of 1,000 new pictures may "
        "still go wrong.",
        "ja": "{pictures}に誤りは一つもありませんでした。ただし、決して間違えないという意味ではなく、新しい画像1,000枚のうち"
        "{high}枚までは誤る可能性があります。",
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
    "report.classes.flawless": {
        "en": "No class was taken for another.",
        "ja": "クラスの取り違えはありませんでした。",
    },
    "report.classes.table": {"en": "Figures of every class", "ja": "クラス別の指標"},
    "report.classes.hardest": {
        "en": "The {n} classes that are hardest for it",
        "ja": "最も苦手な{n}クラス",
    },
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
        "en": "Confusion matrix. A row is what a picture is, a column what the model said. Blue is right, orange wrong; "
        "deeper means a larger share of the row.",
        "ja": "混同行列。行が正解、列がモデルの答えです。青は正解、橙は誤りで、濃いほど行に占める割合が大きいことを示します。",
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
        "en": "When it says {low} or more, it is right in {accuracy} of {pictures}.",
        "ja": "確信度が{low}以上のとき、{pictures}のうち{accuracy}が正解です。",
    },
    "report.trust.before": {"en": "As trained", "ja": "学習直後"},
    "report.trust.after": {"en": "As delivered, calibrated", "ja": "補正後（実際に使われる値）"},
    "report.trust.over": {
        "en": "The network was too sure of itself; dividing its scores by {temperature} (fitted on validation) made "
        "its stated probabilities more honest.",
        "ja": "ネットワークは自信過剰でした。得点を{temperature}で割る補正（検証データで決定）により、確率がより正直になりました。",
    },
    "report.trust.under": {
        "en": "The network was too modest; dividing its scores by {temperature} (fitted on validation) made its "
        "stated probabilities more honest.",
        "ja": "ネットワークは控えめすぎました。得点を{temperature}で割る補正（検証データで決定）により、確率がより正直になりました。",
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
    "report.trust.caption": {
        "en": "Reliability diagram. On the slanted line, what it says comes true; below, it is too sure. A larger dot "
        "stands for more pictures.",
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
        "ja": "画像の{answered}（{range}）に答え、そのうち{accuracy}（{accuracy_range}）が正解です。残りは人が確かめてください。",
    },
    "report.decision.always": {
        "en": "It always answers; “I don’t know” was not asked for, or would not pay with your costs.",
        "ja": "常に答えます。「分からない」は求められていないか、指定の費用では得になりません。",
    },
    "report.decision.threshold": {
        "en": "It says “I don’t know” below a probability of {threshold}, a limit chosen on the validation pictures.",
        "ja": "確率が{threshold}未満なら「分からない」と答えます。このしきい値は検証データで決めました。",
    },
    "report.decision.cost": {
        "en": "With your costs a picture costs {value} on average (95% interval {range}); the cheapest constant answer "
        "would cost {baseline}.",
        "ja": "指定の費用では1枚あたり平均{value}（95%区間 {range}）です。最も安い一律の答えでは{baseline}かかります。",
    },
    "report.decision.costs": {
        "en": "What a mistake costs: rows are the truth, columns the answer",
        "ja": "誤りの費用：行が正解、列が答え",
    },
}

_DATA: dict[str, dict[Language, str]] = {
    "report.data.sentence": {
        "en": "{pictures} in {classes}: {train} to learn from, {val} to choose by, {test} kept aside to judge.",
        "ja": "{classes}、{pictures}。学習に{train}枚、選択に{val}枚、評価用に{test}枚を取り分けました。",
    },
    "report.data.uneven": {
        "en": "The classes are uneven: “{large}” has {times} times as many training pictures as “{small}”.",
        "ja": "クラスに偏りがあります。「{large}」の学習画像は「{small}」の{times}倍です。",
    },
    "report.data.missing": {
        "en": "“{small}” has no training pictures.",
        "ja": "「{small}」には学習画像がありません。",
    },
    "report.data.counts": {"en": "Pictures per class", "ja": "クラスごとの枚数"},
    "report.data.ranked": {"en": "classes, largest first:", "ja": "クラス（多い順）："},
    "report.data.ranked.description": {
        "en": "From {most} pictures in the largest class to {fewest} in the smallest.",
        "ja": "最多のクラスで{most}枚、最少のクラスで{fewest}枚。",
    },
    "report.data.examples": {"en": "Examples", "ja": "画像の例"},
    "report.data.examples.caption": {"en": "Pictures of each class.", "ja": "各クラスの画像。"},
    "report.data.examples.some": {
        "en": "Pictures of the {n} classes that are hardest for the model.",
        "ja": "モデルが苦手な{n}クラスの画像。",
    },
    "report.data.example": {"en": "Example of {label}", "ja": "{label}の例"},
    "report.data.noted": {"en": "What was noticed", "ja": "気づいたこと"},
    "report.data.divided": {"en": "How they were divided", "ja": "分け方"},
    "report.seen.sentence": {
        "en": "The file, the picture as the network sees it when it answers, and some of the variations it was "
        "trained on. If a variation no longer shows its class to you, it does not to the model either.",
        "ja": "元の画像、答えるときにネットワークが見る画像、学習に使われた変形の例です。変形後の画像からあなたにもクラスが"
        "分からないなら、モデルにも分かりません。",
    },
    "report.seen.original": {"en": "File", "ja": "元の画像"},
    "report.seen.preprocessed": {"en": "As the network sees it", "ja": "ネットワークが見る画像"},
    "report.seen.augmented": {"en": "In training", "ja": "学習時"},
    "report.seen.alt.original": {"en": "{label}: the file", "ja": "{label}：元の画像"},
    "report.seen.alt.preprocessed": {"en": "{label}: after preprocessing", "ja": "{label}：前処理後"},
    "report.seen.alt.augmented": {"en": "{label}: variation {n}", "ja": "{label}：変形{n}"},
    "report.learning.sentence": {
        "en": "It went through the training pictures {n} time in {time}.|It went through the training pictures {n} "
        "times in {time}.",
        "ja": "学習画像を{n}回、{time}かけて学びました。",
    },
    "report.learning.kept": {
        "en": "The weights of epoch {epoch} were kept: {value} right on validation.",
        "ja": "エポック{epoch}の重みを採用しました（検証の正解率 {value}）。",
    },
    "report.learning.gap": {
        "en": "Loss is what training pushes down. Where validation rises while training still falls, the model begins "
        "to learn by heart. Training is measured on varied pictures, so it may lie above validation.",
        "ja": "損失は学習で小さくしていく値です。学習の損失が下がり続けるのに検証の損失が上がり始めたら、丸暗記の兆しです。"
        "学習側は変形した画像で測るため、検証より大きくなることもあります。",
    },
    "report.learning.loss": {"en": "Loss", "ja": "損失"},
    "report.learning.accuracy": {"en": "Right answers on validation", "ja": "検証データの正解率"},
    "report.learning.rate": {"en": "Learning rate", "ja": "学習率"},
    "report.learning.epoch": {"en": "epoch", "ja": "エポック"},
    "report.learning.mark": {"en": "kept: {value}", "ja": "採用：{value}"},
    "report.learning.description": {
        "en": "{name} from {first} to {last} over {n} epochs.",
        "ja": "{n}エポックで{name}は{first}から{last}になりました。",
    },
    "report.phase.head": {"en": "last layer", "ja": "最終層"},
    "report.phase.all": {"en": "everything", "ja": "全体"},
    "report.filters.sentence": {
        "en": "The {n} filters of {height} × {width} pixels that slide over every picture first. Mid-grey is zero; a filter "
        "answers where the picture is bright under its bright parts and dark under its dark ones.",
        "ja": "すべての画像の上を最初にすべる、{height}×{width}画素のフィルタ{n}個です。中間の灰色がゼロで、フィルタの明るい部分の"
        "下が明るく、暗い部分の下が暗いところに反応します。",
    },
    "report.filters.alt": {
        "en": "{n} filters of the first layer as small pictures.",
        "ja": "最初の層のフィルタ{n}個を小さな画像で示したもの。",
    },
    "report.filters.some": {"en": "The first {n} of {total} are shown.", "ja": "{total}個のうち最初の{n}個を示します。"},
}

_MODEL: dict[str, dict[Language, str]] = {
    "report.model.facts": {"en": "Facts", "ja": "概要"},
    "report.model.architecture": {"en": "Architecture", "ja": "アーキテクチャ"},
    "report.model.why": {"en": "Why this one", "ja": "選んだ理由"},
    "report.model.parameters": {"en": "Parameters", "ja": "パラメータ数"},
    "report.model.operations": {"en": "Work for one picture", "ja": "1枚あたりの計算量"},
    "report.model.operations.value": {"en": "{n} multiply-adds", "ja": "積和演算{n}回"},
    "report.model.start": {"en": "Starting weights", "ja": "初期の重み"},
    "report.model.scratch": {"en": "none: trained from scratch", "ja": "なし（一から学習）"},
    "report.model.licence": {"en": "Their licence", "ja": "重みのライセンス"},
    "report.model.preprocessing": {"en": "How a picture is prepared", "ja": "画像の前処理"},
    "report.model.size": {"en": "Size", "ja": "大きさ"},
    "report.model.size.value": {"en": "{width} × {height} pixels", "ja": "{width}×{height}画素"},
    "report.model.channels": {"en": "Channels", "ja": "チャンネル"},
    "report.model.channels.grey": {"en": "1, grey", "ja": "1（グレー）"},
    "report.model.channels.colour": {"en": "3, colour", "ja": "3（カラー）"},
    "report.model.fit": {"en": "Fit", "ja": "合わせ方"},
    "report.model.fit.squash": {
        "en": "both sides are scaled; proportions may change",
        "ja": "縦横を別々に拡大縮小（比率は変わりうる）",
    },
    "report.model.fit.crop": {"en": "the shorter side is scaled, the middle is cut out", "ja": "短辺を合わせて中央を切り出す"},
    "report.model.fit.pad": {"en": "the longer side is scaled, the rest is black", "ja": "長辺を合わせて余りは黒"},
    "report.model.cut": {"en": "Centre cut", "ja": "中央の切り出し"},
    "report.model.cut.value": {"en": "{value} of each side", "ja": "各辺の{value}"},
    "report.model.interpolation": {"en": "Scaling", "ja": "補間"},
    "report.model.mean": {"en": "Mean taken off", "ja": "引く平均"},
    "report.model.std": {"en": "Divided by", "ja": "割る標準偏差"},
    "report.next.sentence": {
        "en": "Type these in a terminal, in the folder where you trained.",
        "ja": "学習を行ったフォルダで、ターミナルに入力してください。",
    },
    "report.details.configuration": {"en": "Settings of this run", "ja": "この実行の設定"},
    "report.details.environment": {"en": "Machine and versions", "ja": "マシンとバージョン"},
    "report.details.name": {"en": "Name", "ja": "名前"},
    "report.details.value": {"en": "Value", "ja": "値"},
    "report.yes": {"en": "yes", "ja": "はい"},
    "report.no": {"en": "no", "ja": "いいえ"},
}

WORDS: dict[str, dict[Language, str]] = {**_FRAME, **_RESULT, **_CLASSES, **_TRUST, **_DATA, **_MODEL}
