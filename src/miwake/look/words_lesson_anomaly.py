"""Words of the lesson `anomaly`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.anomaly": {"en": "How odd is it? Distance from what is good", "ja": "どれくらい異常か：良品からの距離"},
    "lesson.anomaly.about": {
        "en": "Good parts alone teach what is good. What lies far from all of them is odd, and the good ones "
        "themselves say how far is too far.",
        "ja": "良品だけから「正常」を学びます。どの良品からも遠いものが異常で、どこからが遠すぎるかは、良品どうしの距"
        "離が教えてくれます。",
    },
    "lesson.anomaly.distance": {
        "en": "The nearest good one says how odd",
        "ja": "いちばん近い良品までの距離で測ります",
    },
    "lesson.anomaly.distance.text": {
        "en": "A network that has seen many photographs turns each small piece of a picture into hundreds of numbers, "
        "its features. Here are two of them, so that they fit on paper: each dot is a piece of a good picture, "
        "and pieces that look alike lie close together. The ring is a piece of a new picture.\n"
        "Move the ring. The small circles are the three good ones nearest to it, and the line goes to the "
        "nearest of all; its length is the score. Among the dots it is short, and away from them it is long, "
        "whatever the defect is: no defect was ever shown. A picture is as odd as its oddest pieces.",
        "ja": "たくさんの写真で学んだネットワークは、画像の小さな一部分を、数百個の数（特徴量）に変えます。ここでは紙"
        "に描けるように、そのうち二つだけを示します。点の一つ一つは良品の画像の一部分で、見た目が似ているものほ"
        "ど近くにあります。輪は、新しい画像の一部分です。\n"
        "輪を動かしてみてください。小さな丸はいちばん近い三つの良品で、線はその中で最も近いものまで引かれていま"
        "す。この線の長さがスコアです。点の集まりの中では短く、離れると長くなります。欠陥は一度も見せていないの"
        "に、どんな欠陥でもそうなります。画像全体のスコアは、最も異常な部分で決まります。",
    },
    "lesson.anomaly.threshold": {
        "en": "How far is too far? Ask the good ones",
        "ja": "どこからが遠すぎるか、良品に聞きます",
    },
    "lesson.anomaly.threshold.text": {
        "en": "Leave one good piece out, and measure how far it is from the nearest of all others, as if it were new. "
        "Do so for each: the second figure shows these distances, the largest first. The threshold is set so "
        "that no more than the chosen share of them lies above it. That share is what to expect of false alarms, "
        "before anybody has seen a defect.\n"
        "The curve is the edge of all that passes. Move the share to 0: the threshold rises to the farthest good "
        "one, there are no false alarms here, and more that is odd passes unseen. With two dozen good ones "
        "nothing can be said of one false alarm in a thousand; for that, thousands are needed.",
        "ja": "良品を一つ取り除き、初めて見るものとして、残りの良品のうち最も近いものまでの距離を測ります。これをすべ"
        "ての良品で行い、距離の大きい順に並べたのが二つ目の図です。選んだ割合より多くの良品が上に出ないように、"
        "しきい値を決めます。この割合が、欠陥を一度も見ないうちから予想できる誤報率です。\n"
        "曲線は、正常と判定される範囲の縁です。割合を 0 にすると、しきい値は最も離れた良品まで上がります。こ"
        "こでの誤報はなくなりますが、見逃す異常が増えます。良品が二十数個では、千回に一回の誤報については何も言"
        "えません。それには数千個が必要です。",
    },
    "lesson.anomaly.coreset": {"en": "A few good ones can stand for all", "ja": "少数の良品に代表させます"},
    "lesson.anomaly.coreset.text": {
        "en": "A few hundred pictures have hundreds of thousands of pieces, too many to search. So only some are kept. "
        "Begin with the first, then always take the one that is farthest from all that were taken. Press Play: "
        "first both heaps get one, then their edges, and in the end the gaps are filled.\n"
        "The second figure shows how far the worst left-out one is from the nearest kept one. It falls quickly "
        "and then slowly: a tenth of the pieces is often enough. With fewer kept the distances grow, also those "
        "of good ones, and the threshold with them; the edge becomes coarser.",
        "ja": "画像が数百枚あると、その部分は数十万個になり、全部を探すには多すぎます。そこで一部だけを残します。最初"
        "の一つから始めて、残したどれからも最も遠いものを、次々に加えます。「再生」を押すと、まず二つの集まりに"
        "一つずつ、次に縁に、最後にすき間に点が入ります。\n"
        "二つ目の図は、残さなかった良品のうち最も遠いものが、残した良品からどれだけ離れているかを示します。はじ"
        "めは急に、その後はゆっくり下がるので、一割ほど残せば足りることが多いのです。残す数を減らすと、良品の距"
        "離も含めて距離が伸び、しきい値も上がり、縁は粗くなります。",
    },
    "lesson.anomaly.gaussian": {
        "en": "A Gaussian instead, and what each misses",
        "ja": "正規分布で測る方法と、それぞれの弱点",
    },
    "lesson.anomaly.gaussian.text": {
        "en": "PatchCore keeps good pieces and measures the distance of the nearest. PaDiM keeps their mean μ and "
        "their covariance Σ, at each place of the picture, and measures the distance in units of how they "
        "spread: the ellipse. It needs no search. Both thresholds are set as before; 1 or more is an alarm.\n"
        "Two heaps: the Gaussian takes their middle for the most usual of all, though no good piece was ever "
        "there. A slanted heap: the nearest neighbour treats all directions alike and lets a ring beside the "
        "heap pass; the Gaussian knows that the heap is narrow. A straggler, such as a bad part among the good "
        "ones: whatever looks like it passes the nearest neighbour; in a mean of many it hardly counts.",
        "ja": "PatchCore は良品の部分そのものを覚え、最も近いものまでの距離を測ります。PaDiM は画像の"
        "位置ごとに平均 μ と共分散 Σ だけを覚え、ばらつきを単位として距離を測ります。楕円がその縁で、探索"
        "は要りません。しきい値はどちらも同じように決め、1 以上なら警報です。\n"
        "二つの集まり：正規分布は、良品が一度もなかった真ん中を、最もふつうの場所とみなします。斜めの集まり：最"
        "近傍法はどの方向も同じに扱うので、集まりの横にある輪を通してしまいますが、正規分布は幅が狭いことを知っ"
        "ています。はぐれた一点（良品に紛れた不良品など）：最近傍法では、それに似たものがすべて通ってしまいます"
        "が、多数の平均の中ではほとんど影響しません。",
    },
    "lesson.label.odd.plane": {"en": "The plane of two features", "ja": "二つの特徴量の平面"},
    "lesson.label.odd.first": {"en": "first feature", "ja": "一つ目の特徴量"},
    "lesson.label.odd.second": {"en": "second feature", "ja": "二つ目の特徴量"},
    "lesson.label.odd.good": {"en": "good", "ja": "良品"},
    "lesson.label.odd.kept": {"en": "kept", "ja": "残した良品"},
    "lesson.label.odd.near": {"en": "the three nearest", "ja": "近い三つ"},
    "lesson.label.odd.new": {"en": "new", "ja": "新しいもの"},
    "lesson.label.odd.distance": {"en": "distance", "ja": "距離"},
    "lesson.label.odd.rim": {"en": "edge of what passes", "ja": "正常とされる範囲の縁"},
    "lesson.label.odd.ellipse": {"en": "the same of the Gaussian", "ja": "正規分布での縁"},
    "lesson.label.odd.score": {"en": "Score", "ja": "スコア"},
    "lesson.label.odd.threshold": {"en": "Threshold θ", "ja": "しきい値 θ"},
    "lesson.label.odd.alarm": {"en": "Score over threshold", "ja": "スコア ÷ しきい値"},
    "lesson.label.odd.alarm.nearest": {
        "en": "Nearest neighbour: score over threshold",
        "ja": "最近傍法：スコア ÷ しきい値",
    },
    "lesson.label.odd.alarm.gaussian": {"en": "Gaussian: score over threshold", "ja": "正規分布：スコア ÷ しきい値"},
    "lesson.label.odd.left_out": {"en": "Distances of good ones, each left out", "ja": "一つずつ除いた良品の距離"},
    "lesson.label.odd.rank": {"en": "rank, the largest first", "ja": "大きい順"},
    "lesson.label.odd.reach": {"en": "Farthest from all that are kept", "ja": "残した良品から最も遠い距離"},
    "lesson.label.odd.share": {"en": "Share of false alarms α", "ja": "誤報率 α"},
    "lesson.label.odd.count": {"en": "Good ones kept", "ja": "残す良品の数"},
    "lesson.label.odd.data.two": {"en": "Two heaps", "ja": "二つの集まり"},
    "lesson.label.odd.data.slanted": {"en": "A slanted heap", "ja": "斜めの集まり"},
    "lesson.label.odd.data.straggler": {"en": "A straggler", "ja": "はぐれた一点"},
}
