"""Words of the lesson `batchnorm`."""

from __future__ import annotations

from miwake.look.text import Language

WORDS: dict[str, dict[Language, str]] = {
    "lesson.batchnorm": {
        "en": "Batch normalisation: every feature on the same scale",
        "ja": "バッチ正規化：すべての特徴を同じ尺度に",
    },
    "lesson.batchnorm.about": {
        "en": "Why the numbers inside a network run away, and how a batch of pictures brings them back.",
        "ja": "ネットワークの中の数がばらつく理由と、バッチを使ってそろえる方法です。",
    },
    "lesson.batchnorm.problem": {"en": "Features of very different size", "ja": "大きさの違う特徴"},
    "lesson.batchnorm.problem.text": {
        "en": "Six pictures make a batch; each has two features, say two numbers out of some layer. One lies around "
        "7, the other around 0.3. A step width that suits one is wrong for the other, and while the layers "
        "below learn, both keep moving. For each feature take the mean μ and the variance σ² over the batch.",
        "ja": "六枚の画像がバッチで、それぞれに二つの特徴、つまりある層から出た二つの数があります。一方は 7 くらい、"
        "もう一方は 0.3 くらいです。一方に合う学習率は、もう一方には合いません。しかも、下の層が学習する間、ど"
        "ちらも動き続けます。そこで、特徴ごとに、バッチの平均 μ と分散 σ² を求めます。",
    },
    "lesson.batchnorm.normalise": {"en": "Mean 0, variance 1", "ja": "平均 0、分散 1 にします"},
    "lesson.batchnorm.normalise.text": {
        "en": "Take the mean away and divide by the standard deviation. Now both features are spread around 0 in the "
        "same way. The small ε only keeps the division possible where all values are equal.\n"
        "Change one number of the batch: all the others change, too, since they share μ and σ. That is special "
        "to this layer: a picture's answer depends on the company it is in.",
        "ja": "平均を引き、標準偏差で割ります。これで、どちらの特徴も 0 の周りに同じように広がります。小さな ε は、す"
        "べての値が等しいときでも割り算ができるようにするためのものです。\n"
        "バッチの数を一つ変えると、μ と σ を共有しているので、ほかのすべての数も変わります。ある画像の値が一緒"
        "にいる画像に左右されるのは、この層だけの特徴です。",
    },
    "lesson.batchnorm.learnt": {
        "en": "γ and β: as the network likes it",
        "ja": "γ と β：ネットワークに合わせて学びます",
    },
    "lesson.batchnorm.learnt.text": {
        "en": "Mean 0 and variance 1 need not be best for what comes next. So the layer learns a factor γ and a "
        "shift β for each feature; here they act on the first one. The mean becomes β and the variance γ². The "
        "network can have any scale, but it has it in two numbers that are learnt, not hidden in all the "
        "layers below.",
        "ja": "平均 0、分散 1 が次の層に最適だとは限りません。そこでこの層は、特徴ごとに倍率 γ とずらし β を学びま"
        "す。ここでは一つ目の特徴に働きます。平均は β に、分散は γ² になります。どんな尺度にもできますが、それ"
        "は下の層全体に隠れるのではなく、学習された二つの数で決まります。",
    },
    "lesson.batchnorm.afterwards": {"en": "After training: one picture alone", "ja": "学習の後：画像が一枚だけのとき"},
    "lesson.batchnorm.afterwards.text": {
        "en": "When the network is used there may be one picture only, and its answer must not depend on others. So "
        "training keeps running means of μ and σ², and later these are used in their place. Whoever forgets to "
        "switch gets other answers from the same network: one of the most frequent mistakes there is.",
        "ja": "ネットワークを使うときは画像が一枚だけのこともあり、その答えがほかの画像に左右されてはなりません。そこ"
        "で学習中に μ と σ² の移動平均を残しておき、後からはそれを使います。この切り替えを忘れると、同じネット"
        "ワークから違う答えが出ます。とてもよくある間違いの一つです。",
    },
    "lesson.label.batch.table": {"en": "The batch: a row a picture", "ja": "バッチ（1行が1枚の画像）"},
    "lesson.label.batch.cloud": {"en": "The batch as points", "ja": "点で表したバッチ"},
    "lesson.label.batch.pictures": {"en": "pictures of the batch", "ja": "バッチの画像"},
    "lesson.label.normalised": {"en": "After the layer, y", "ja": "この層の後 y"},
    "lesson.label.normalised.cloud": {"en": "The same as points", "ja": "点で表したもの"},
    "lesson.label.mean.1": {"en": "μ of x₁", "ja": "x₁ の平均 μ"},
    "lesson.label.mean.2": {"en": "μ of x₂", "ja": "x₂ の平均 μ"},
    "lesson.label.var.1": {"en": "σ² of x₁", "ja": "x₁ の分散 σ²"},
    "lesson.label.var.2": {"en": "σ² of x₂", "ja": "x₂ の分散 σ²"},
    "lesson.label.mean.y": {"en": "Mean of the first y", "ja": "一つ目の y の平均"},
    "lesson.label.var.y": {"en": "Variance of the first y", "ja": "一つ目の y の分散"},
    "lesson.label.gamma": {"en": "Factor γ", "ja": "倍率 γ"},
    "lesson.label.beta": {"en": "Shift β", "ja": "ずらし β"},
    "lesson.label.gamma.plain": {"en": "γ = 1, β = 0", "ja": "γ = 1、β = 0"},
    "lesson.label.gamma.off": {"en": "γ = 0, β = 1", "ja": "γ = 0、β = 1"},
    "lesson.label.single": {"en": "One picture alone", "ja": "一枚だけの画像"},
    "lesson.label.single.after": {"en": "Its y with the kept μ and σ", "ja": "残した μ と σ による y"},
}
