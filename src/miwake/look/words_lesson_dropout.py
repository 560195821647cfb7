"""Words of the lesson `dropout`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.dropout": {"en": "Dropout: learn to do without", "ja": "ドロップアウト：欠けても働くように学びます"},
    "lesson.dropout.about": {
        "en": "Units leave at random while the network learns, so that none of them is relied upon alone.",
        "ja": "学習中にユニットを無作為に休ませ、どれか一つだけに頼らないようにします。",
    },
    "lesson.dropout.drop": {"en": "Each time others are away", "ja": "毎回、違うユニットが休みます"},
    "lesson.dropout.drop.text": {
        "en": "For each training picture a number between 0 and 1 is drawn for every unit. Where it lies below p the "
        "unit is away: its output is 0. The others speak louder, divided by 1 − p, so that the sum stays about "
        "the same. A unit that cannot count on its neighbours has to be useful by itself.\n"
        "Press Play: each step is a new draw.",
        "ja": "学習に使う画像ごとに、ユニットごとに 0 から 1 の間の数を引きます。p より小さければそのユニットは休み、"
        "出力は 0 になります。残りは 1 − p で割って大きくし、和がおよそ同じになるようにします。隣を当てにできな"
        "いユニットは、自分だけで役に立たなければなりません。\n"
        "「再生」を押すと、一歩ごとに引き直します。",
    },
    "lesson.dropout.mean": {"en": "In the mean nothing changes", "ja": "平均すれば、何も変わりません"},
    "lesson.dropout.mean.text": {
        "en": "Over many draws each unit is on average what it would have been. The second bars are the mean of all "
        "draws so far: they come close to x. So the layer above gets used to the right size.",
        "ja": "何度も引くと、各ユニットの平均は、休まなかったときの値になります。二番目の棒は、これまでのすべての平均"
        "で、x に近づいていきます。こうして上の層は、正しい大きさに慣れます。",
    },
    "lesson.dropout.afterwards": {"en": "Afterwards all are there", "ja": "学習の後は、全員がそろいます"},
    "lesson.dropout.afterwards.text": {
        "en": "When the network is used nobody is dropped: one answer, without chance. What a layer sums up from these "
        "units is then exactly the mean over all the thinned networks, of which there are 2 to the power of the "
        "number of units. Behind a bend such as ReLU, and over several layers, it only comes near that mean; in "
        "practice near enough, almost as if as many networks had voted. In small data sets this keeps the "
        "network from learning pictures by heart.",
        "ja": "ネットワークを使うときは、誰も休みません。答えは偶然に左右されず、一つに決まります。これらのユニットか"
        "ら一つの層が計算する和は、間引いたすべてのネットワークでの平均とちょうど等しくなります。間引き方は「2の"
        "ユニット数乗」通りあります。ReLU のように折れ曲がる関数の先や、層を重ねた先では、平均に近いだけですが、"
        "実用上は十分に近く、それだけのネットワークが投票したようなものです。データが少ないとき、画像を丸暗記す"
        "るのを防ぎます。",
    },
    "lesson.label.units.x": {"en": "Units x", "ja": "ユニット x"},
    "lesson.label.random": {"en": "Numbers drawn", "ja": "引いた数"},
    "lesson.label.dropped": {"en": "After dropout, y", "ja": "ドロップアウトの後 y"},
    "lesson.label.average.draws": {"en": "Mean of all draws so far", "ja": "これまでの平均"},
    "lesson.label.draw": {"en": "Draw", "ja": "何回目"},
    "lesson.label.drop.share": {"en": "Share p that is away", "ja": "休む割合 p"},
}
