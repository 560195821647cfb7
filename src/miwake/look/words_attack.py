"""Words of an attack: what its figures mean, the table in the terminal, and the page."""

from __future__ import annotations

from miwake.look.text import Language

_FIGURES: dict[str, dict[Language, str]] = {
    "attack.title": {
        "en": "{data}: {pictures} of {all}, attacked by {attack} with changes of up to {strength} grey levels{norm}",
        "ja": "{data}：{all}枚中{pictures}枚を{attack}で攻撃、変化は最大{strength}階調{norm}",
    },
    "attack.norm.linf": {"en": " for each value", "ja": "（値ごと）"},
    "attack.norm.l2": {"en": " in all (root of the sum of squares)", "ja": "（全体の二乗和平方根）"},
    "attack.plain": {"en": "Accuracy, unchanged", "ja": "正解率（変化なし）"},
    "attack.attacked": {"en": "Accuracy under attack", "ja": "攻撃時の正解率"},
    "attack.taken": {"en": "Taken for “{target}”", "ja": "「{target}」と答えた割合"},
    "attack.bound": {"en": "… with APGD on top", "ja": "…APGDも加えた場合"},
    "attack.guessing": {"en": "Always the same answer", "ja": "常に同じ答え"},
    "attack.median": {"en": "Smallest change that fools half", "ja": "半数が誤る最小の変化"},
    "attack.median.target": {"en": "Smallest change, half taken for it", "ja": "半数をそう答える最小の変化"},
    "attack.patch": {"en": "Fooled by a printed disc", "ja": "印刷した円板で誤る割合"},
    "attack.corruptions": {"en": "Accuracy on spoilt pictures", "ja": "劣化画像の正解率"},
    "attack.bias": {"en": "Goes by shape, not texture", "ja": "質感でなく形で判断"},
    "attack.more_than": {"en": "more than {levels}/255", "ja": "{levels}/255より大"},
}

_SENTENCES: dict[str, dict[Language, str]] = {
    "attack.fools": {
        "en": "A change of {levels} of 255 grey levels{unseen} fools it on {about} of {of} pictures that it has "
        "right{range}.",
        "ja": "255階調中{levels}階調の変化{unseen}で、正しく答えた画像{of}枚のうち{about}枚を誤ります{range}。",
    },
    "attack.fools.l2": {
        "en": "A change of {levels} grey levels in all, as much as {values} values turned from black to white, fools "
        "it on {about} of {of} pictures that it has right{range}.",
        "ja": "全体で{levels}階調の変化（{values}個の値が黒から白になるのに相当）で、正しく答えた画像{of}枚のうち"
        "{about}枚を誤ります{range}。",
    },
    "attack.fools.target": {
        "en": "With a change of {levels} grey levels it takes {about} of {of} pictures that it has right, and that "
        "show something else, for “{target}”{range}. Other wrong answers were not looked for.",
        "ja": "{levels}階調の変化で、正しく答えた「{target}」以外の画像{of}枚のうち{about}枚を「{target}」と答えます"
        "{range}。ほかの誤りは探していません。",
    },
    "attack.unseen": {"en": ", which nobody sees,", "ja": "（目には見えません）"},
    "attack.hardly": {"en": ", which one hardly sees,", "ja": "（ほとんど見えません）"},
    "attack.rounded": {
        "en": "Of the {fooled} that it fools, {rounded} still fool it when written as a picture file with whole grey "
        "levels.",
        "ja": "誤った{fooled}枚のうち{rounded}枚は、整数階調の画像ファイルとして保存しても誤ります。",
    },
    "attack.held": {
        "en": "Quote this: after {attack} it still gets {about} of {of} pictures right{range}.",
        "ja": "引用できる値：{attack}の後でも、{of}枚のうち{about}枚を正しく答えます{range}。",
    },
    "attack.smallest": {
        "en": "Half of the pictures that it has right are fooled by a change of {levels} grey levels or less.",
        "ja": "正しく答えた画像の半数は、{levels}階調以下の変化で誤ります。",
    },
    "attack.smallest.none": {
        "en": "No change up to {levels} grey levels was found that fools half of the pictures.",
        "ja": "{levels}階調までの変化では、半数の画像を誤らせるものは見つかりませんでした。",
    },
    "attack.smallest.target": {
        "en": "Half of the pictures that it has right, and that show something else, are taken for “{target}” after a "
        "change of {levels} grey levels or less.",
        "ja": "正しく答えた「{target}」以外の画像の半数は、{levels}階調以下の変化で「{target}」と答えます。",
    },
    "attack.smallest.none.target": {
        "en": "No change up to {levels} grey levels was found after which half of the pictures are taken for "
        "“{target}”.",
        "ja": "{levels}階調までの変化では、半数の画像を「{target}」と答えさせるものは見つかりませんでした。",
    },
    "attack.trusted": {
        "en": "The attack can be trusted: all {n} looks for hidden gradients found none.",
        "ja": "攻撃は信頼できます。勾配の隠れを調べる{n}項目のすべてで、その兆候はありませんでした。",
    },
    "attack.trusted.partly": {
        "en": "{made} of {n} looks for hidden gradients found none. There was no time for the others, so the attack is "
        "not yet to be trusted; --time-limit gives more. Not looked for: {names}.",
        "ja": "勾配の隠れを調べる{n}項目のうち{made}項目では、その兆候はありませんでした。残りは時間が足りず調べて"
        "いないため、攻撃をまだ信頼できるとは言えません。--time-limit で時間を増やせます。調べていない兆候：{names}。",
    },
    "attack.doubtful": {
        "en": "Do not trust these figures: the model may hide its gradients instead of being robust ({names}).",
        "ja": "この値は信頼できません。頑健なのではなく、勾配が隠れている可能性があります（{names}）。",
    },
    "attack.patch.sentence": {
        "en": "A printed disc on {area} of the picture, turned, scaled, lit and photographed, fools it on {about} of "
        "{of} pictures that it has right with a plain grey disc{range}.",
        "ja": "画像の{area}を覆う印刷した円板は、回転・拡大縮小・照明・撮影の変化があっても、無地の灰色の円板なら正しく"
        "答えた画像{of}枚のうち{about}枚を誤らせます{range}。",
    },
    "attack.patch.target": {
        "en": "With a printed disc on {area} of the picture, turned, scaled, lit and photographed, it answers "
        "“{target}” to {about} of {of} pictures that it has right with a plain grey disc{range}.",
        "ja": "画像の{area}を覆う印刷した円板があると、回転・拡大縮小・照明・撮影の変化があっても、無地の灰色の円板なら"
        "正しく答えた画像{of}枚のうち{about}枚を「{target}」と答えます{range}。",
    },
    "attack.corruptions.sentence": {
        "en": "Of {of} pictures spoilt by noise, blur, weather or compression it gets {about} right{range}, of the "
        "same ones unspoilt {plain}. Hardest: {worst}.",
        "ja": "ノイズ・ぼけ・天候・圧縮で劣化した画像{of}枚のうち{about}枚を正しく答えます{range}。"
        "劣化前は{plain}枚です。最も苦手なもの：{worst}。",
    },
    "attack.texture.sentence": {
        "en": "Of {of} pictures with the shape of one class in the texture of another that it answers by either, it "
        "goes by the shape for {about}{range}; people for 96 of 100 similar ones (Geirhos 2019, figure 4).",
        "ja": "あるクラスの形を別のクラスの質感で描いた画像のうち、どちらかで答えた{of}枚では、{about}枚を形で判断"
        "します{range}。人は同様の画像100枚のうち96枚です（Geirhos 2019, 図4）。",
    },
    "attack.texture.few": {
        "en": "Of {made} pictures with the shape of one class in the texture of another it answered {either} by shape "
        "or texture: too few to say which it goes by.",
        "ja": "あるクラスの形を別のクラスの質感で描いた画像{made}枚のうち、形か質感で答えたのは{either}枚です。"
        "少なすぎて、どちらで判断するかは言えません。",
    },
    "attack.texture.told": {
        "en": "The thing could be told from its ground, and so be judged by its outline alone, in {told} of {pictures} "
        "pictures.",
        "ja": "対象を背景から分けて輪郭だけで調べられたのは、{pictures}枚中{told}枚です。",
    },
    "attack.hardened": {
        "en": "It was trained against changes of {levels} grey levels.",
        "ja": "{levels}階調までの変化に対して学習したモデルです。",
    },
    "attack.written": {"en": "Page: {page}", "ja": "ページ：{page}"},
    "attack.written.patch": {"en": "Patch to print: {patch}", "ja": "印刷用パッチ：{patch}"},
    "attack.nowhere": {
        "en": "No page was written, since there is no run folder; --out names a place for it.",
        "ja": "run フォルダーがないため、ページは作成していません。--out で保存先を指定できます。",
    },
    "attack.left_out": {
        "en": "Left out, since there was no time (--time-limit), too few pictures or no use for this task: {names}.",
        "ja": "省略（時間（--time-limit）か画像が足りないか、この課題に合わない）：{names}。",
    },
    "attack.at.attack": {"en": "attacking", "ja": "攻撃"},
    "attack.at.masking": {"en": "checking the attack", "ja": "攻撃の点検"},
    "attack.at.patch": {"en": "making a patch", "ja": "パッチ作成"},
    "attack.at.corruptions": {"en": "spoiling pictures", "ja": "画像の劣化"},
    "attack.at.texture": {"en": "shape or texture", "ja": "形か質感か"},
    "attack.at_work": {"en": "Attacking", "ja": "攻撃中"},
}

_CHECKS: dict[str, dict[Language, str]] = {
    "attack.check.steps": {
        "en": "More steps must not fool fewer: 10 steps, 100 steps",
        "ja": "手数を増やして減ってはならない：10手、100手",
    },
    "attack.check.one_step": {
        "en": "One step must not beat many: FGSM, PGD with 100 steps",
        "ja": "1手が多手を上回ってはならない：FGSM、PGD 100手",
    },
    "attack.check.strength": {
        "en": "A stronger change must not fool fewer: half the strength, all of it",
        "ja": "強い変化で減ってはならない：半分の強さ、全部の強さ",
    },
    "attack.check.slopes": {
        "en": "Every picture must have a gradient to follow: fooled, with a gradient",
        "ja": "すべての画像に勾配がなければならない：誤った枚数、勾配のある枚数",
    },
    "attack.check.chance": {
        "en": "Chance must not beat gradients: 50 random changes, PGD",
        "ja": "偶然が勾配を上回ってはならない：乱数50回、PGD",
    },
    "attack.check.squares": {
        "en": "A search without gradients must not beat them: 200 random squares, PGD",
        "ja": "勾配なしの探索が勾配を上回ってはならない：乱数の正方形200回、PGD",
    },
    "attack.check.unbounded": {
        "en": "Without a bound every picture must be fooled: with the bound, without",
        "ja": "制限がなければ必ず誤るはず：制限あり、制限なし",
    },
    "attack.check.passed": {"en": "as it must be", "ja": "問題なし"},
    "attack.check.failed": {"en": "suspicious", "ja": "疑わしい"},
}

_NAMES: dict[str, dict[Language, str]] = {
    "attack.check.short.steps": {"en": "more steps fool fewer", "ja": "手数を増やすと減る"},
    "attack.check.short.one_step": {"en": "one step beats many", "ja": "1手が多手を上回る"},
    "attack.check.short.strength": {"en": "a stronger change fools fewer", "ja": "強い変化で減る"},
    "attack.check.short.slopes": {"en": "pictures without a gradient", "ja": "勾配のない画像がある"},
    "attack.check.short.chance": {"en": "chance beats gradients", "ja": "偶然が勾配を上回る"},
    "attack.check.short.squares": {
        "en": "a search without gradients beats them",
        "ja": "勾配なしの探索が勾配を上回る",
    },
    "attack.check.short.unbounded": {
        "en": "not every picture is fooled without a bound",
        "ja": "制限なしでも誤らない画像がある",
    },
    "attack.family.noise": {"en": "noise", "ja": "ノイズ"},
    "attack.family.blur": {"en": "blur", "ja": "ぼけ"},
    "attack.family.weather": {"en": "weather", "ja": "天候"},
    "attack.family.digital": {"en": "digital", "ja": "デジタル"},
    "attack.corruption.gaussian_noise": {"en": "Gaussian noise", "ja": "ガウスノイズ"},
    "attack.corruption.shot_noise": {"en": "shot noise", "ja": "ショットノイズ"},
    "attack.corruption.impulse_noise": {"en": "impulse noise", "ja": "インパルスノイズ"},
    "attack.corruption.defocus_blur": {"en": "defocus", "ja": "ピンぼけ"},
    "attack.corruption.glass_blur": {"en": "structured glass", "ja": "型板ガラス"},
    "attack.corruption.motion_blur": {"en": "motion blur", "ja": "手ぶれ"},
    "attack.corruption.zoom_blur": {"en": "zoom blur", "ja": "ズームぶれ"},
    "attack.corruption.snow": {"en": "snow", "ja": "雪"},
    "attack.corruption.frost": {"en": "frost", "ja": "霜"},
    "attack.corruption.fog": {"en": "fog", "ja": "霧"},
    "attack.corruption.brightness": {"en": "too much light", "ja": "明るすぎ"},
    "attack.corruption.contrast": {"en": "low contrast", "ja": "低コントラスト"},
    "attack.corruption.elastic_transform": {"en": "warped", "ja": "歪み"},
    "attack.corruption.pixelate": {"en": "coarse pixels", "ja": "粗い画素"},
    "attack.corruption.jpeg_compression": {"en": "JPEG", "ja": "JPEG圧縮"},
    "attack.view.plain": {"en": "as it is", "ja": "元の画像"},
    "attack.view.tiles_2": {"en": "2 × 2 tiles, moved about", "ja": "2×2分割の並べ替え"},
    "attack.view.tiles_4": {"en": "4 × 4 tiles, moved about", "ja": "4×4分割の並べ替え"},
    "attack.view.tiles_8": {"en": "8 × 8 tiles, moved about", "ja": "8×8分割の並べ替え"},
    "attack.view.silhouette": {"en": "silhouette in one colour", "ja": "一色のシルエット"},
    "attack.view.outline": {"en": "outline only", "ja": "輪郭のみ"},
    "attack.view.shape": {"en": "the one: its shape is kept", "ja": "形を使う画像"},
    "attack.view.texture": {"en": "the other: its texture is taken", "ja": "質感を使う画像"},
    "attack.view.conflict": {"en": "the one drawn in the other's texture", "ja": "その形をその質感で描いた画像"},
    "attack.scene.straight": {"en": "straight", "ja": "正面"},
    "attack.scene.turned": {"en": "turned by up to 30°", "ja": "30°まで回転"},
    "attack.scene.scaled": {"en": "a quarter larger or smaller", "ja": "大きさ±25%"},
    "attack.scene.lit": {"en": "a quarter lighter or darker", "ja": "明るさ±25%"},
    "attack.scene.photographed": {"en": "tilted, blurred, with noise", "ja": "傾き・ぼけ・ノイズ"},
    "attack.scene.all": {"en": "all at once", "ja": "すべて同時"},
}

_PAGE: dict[str, dict[Language, str]] = {
    "attack.page.title": {"en": "How easily {name} is fooled", "ja": "{name} はどれくらい騙されやすいか"},
    "attack.nav.result": {"en": "How much holds", "ja": "どれだけ耐えるか"},
    "attack.nav.examples": {"en": "What fooled it", "ja": "騙した画像"},
    "attack.nav.curve": {"en": "How much holds at stronger changes", "ja": "より強い変化にどれだけ耐えるか"},
    "attack.nav.smallest": {"en": "The smallest change", "ja": "最小の変化"},
    "attack.nav.masking": {"en": "Can the attack be trusted?", "ja": "攻撃は信頼できるか"},
    "attack.nav.patch": {"en": "A patch to print", "ja": "印刷するパッチ"},
    "attack.nav.corruptions": {"en": "Spoilt pictures", "ja": "劣化した画像"},
    "attack.nav.texture": {"en": "Shape or texture", "ja": "形か質感か"},
    "attack.nav.details": {"en": "How it was done", "ja": "方法"},
    "attack.caption": {
        "en": "still right when each picture may be changed by up to {strength} grey levels{norm}",
        "ja": "各画像が最大{strength}階調{norm}変えられても正しく答える割合",
    },
    "attack.caption.target": {
        "en": "of the pictures that it has right, and that show something else, are taken for “{target}” when each may "
        "be changed by up to {strength} grey levels{norm}",
        "ja": "正しく答えた「{target}」以外の画像を、最大{strength}階調{norm}変えると「{target}」と答える割合",
    },
    "attack.curve": {"en": "Accuracy over the strength of the change", "ja": "変化の強さと正解率"},
    "attack.curve.x": {"en": "largest change, grey levels of 255", "ja": "最大の変化（255階調中）"},
    "attack.curve.point": {"en": "at {levels}: {value} ({range}).", "ja": "{levels}で{value}（{range}）。"},
    "attack.curve.caption": {
        "en": "Each dot is the share of all pictures that stay right, with its 95% interval; the ring is the strength "
        "that was asked for.",
        "ja": "点は正しいままの画像の割合と95%区間、輪は指定した強さです。",
    },
    "attack.curve.target": {
        "en": "Taken for “{target}” over the strength of the change",
        "ja": "変化の強さと「{target}」と答える割合",
    },
    "attack.curve.caption.target": {
        "en": "Each dot is the share of pictures taken for “{target}”, of those that it has right and that show "
        "something else, with its 95% interval; the ring is the strength that was asked for.",
        "ja": "点は、正しく答えた「{target}」以外の画像を「{target}」と答えた割合と95%区間、輪は指定した強さです。",
    },
    "attack.examples.sentence": {
        "en": "The picture, the change (grey is none; amplified so that it can be seen), the result. Each with the "
        "answer; chances are the model's own.",
        "ja": "元の画像、変化（灰色は変化なし。見えるように増幅）、結果と、それぞれの答え。"
        "確率はモデル自身によるものです。",
    },
    "attack.examples.none": {"en": "Nothing fooled it.", "ja": "騙せた画像はありません。"},
    "attack.examples.is": {"en": "is", "ja": "正解"},
    "attack.examples.change": {
        "en": "change of {size}/255, shown × {factor}",
        "ja": "変化{size}/255、{factor}倍で表示",
    },
    "attack.smallest.chart": {
        "en": "Pictures by the smallest change that fools",
        "ja": "騙すのに要する最小の変化ごとの枚数",
    },
    "attack.smallest.caption": {
        "en": "Found by halving the strength again and again: upper bounds, a smaller change may exist. The last "
        "column is pictures that nothing fooled.",
        "ja": "強さを繰り返し狭めて探した上限値です。より小さな変化がありえます。右端は騙せなかった画像です。",
    },
    "attack.smallest.never": {"en": "never", "ja": "なし"},
    "attack.masking.sentence": {
        "en": "A model can look robust because its gradients lead an attack astray. These looks would show it "
        "(Athalye 2018; Carlini 2019), on {n} of the pictures.",
        "ja": "勾配が攻撃を惑わせるだけで、頑健に見えることがあります。その兆候を{n}枚の画像で調べました"
        "（Athalye 2018、Carlini 2019）。",
    },
    "attack.masking.look": {"en": "What must hold", "ja": "成り立つべきこと"},
    "attack.masking.first": {"en": "fooled by the first", "ja": "前者"},
    "attack.masking.second": {"en": "by the second", "ja": "後者"},
    "attack.patch.caption": {
        "en": "Made on other pictures than it is judged on, over random places, turns, sizes, light and cameras (Brown "
        "2017, Eykholt 2018). patch.png beside this page is ready to print.",
        "ja": "評価とは別の画像で、位置・回転・大きさ・照明・撮影を無作為に変えながら作りました"
        "（Brown 2017、Eykholt 2018）。このページの隣の patch.png を印刷できます。",
    },
    "attack.patch.beside": {"en": "For comparison", "ja": "比較"},
    "attack.patch.plain": {"en": "without a disc", "ja": "円板なし"},
    "attack.patch.control": {"en": "with a plain grey disc", "ja": "無地の灰色の円板"},
    "attack.patch.condition": {"en": "How the disc lies", "ja": "円板の条件"},
    "attack.patch.fooled": {"en": "fooled", "ja": "騙された割合"},
    "attack.patch.shown": {"en": "Pictures with the disc, and the answers", "ja": "円板を置いた画像と答え"},
    "attack.corruptions.name": {"en": "Spoilt by", "ja": "劣化の種類"},
    "attack.corruptions.strength": {"en": "strength {n}", "ja": "強さ{n}"},
    "attack.corruptions.caption": {
        "en": "Accuracy on {n} pictures at five strengths (Hendrycks and Dietterich 2019; own implementations, on the "
        "pictures as the network sees them).",
        "ja": "{n}枚での、5段階の強さごとの正解率（Hendrycks and Dietterich 2019。独自の実装を、ネットワークが見る"
        "画像に適用）。",
    },
    "attack.corruptions.shown": {"en": "One picture through all of them", "ja": "1枚の画像で見た全種類"},
    "attack.texture.caption": {
        "en": "Tiles keep the texture and lose the shape; silhouettes and outlines keep the shape and lose the "
        "texture. The thing is told from the ground by its colour where the picture's border has one, else by how much "
        "colours change on the way to it from the border (Wei 2012); pictures in which that is unsure are left out. "
        "The last rows take two pictures of different classes that it has right, and draw the one, whole, "
        "in the texture of the other: patches of the other that fit each other and the blurred brightness of the one "
        "(Efros and Freeman 2001). Its answer is the likeliest of the classes that the attacked pictures have. No "
        "network has a part in drawing, unlike Geirhos 2019, whose pictures were chosen by "
        "hand, too: that paper's figures are a hint.",
        "ja": "並べ替えは質感を残して形を失わせ、シルエットと輪郭は形を残して質感を失わせます。対象は、画像の縁が"
        "一色ならその色との違いで、そうでなければ縁からの道のりでの色の変化の量で背景から分けています（Wei 2012）。"
        "不確かな画像は除いています。最後の行では、正しく答えた別クラスの画像"
        "2枚を使い、片方の全体を他方の質感で描きます。他方の小片から、互いにつながり、片方のぼかした明るさにも合う"
        "ものを選んで並べています（Efros and Freeman 2001）。"
        "答えは、攻撃に使う画像のクラスのうち最も確率の高いものです。"
        "Geirhos 2019 と違ってネットワークを使わず、画像も手で選んでいないため、論文の値は目安です。",
    },
    "attack.texture.view": {"en": "What is left of the picture", "ja": "残したもの"},
    "attack.texture.counts": {
        "en": "By shape {shape}, by texture {texture}, by neither {neither}.",
        "ja": "形で{shape}枚、質感で{texture}枚、どちらでもない{neither}枚。",
    },
    "attack.value": {"en": "Value", "ja": "値"},
    "attack.said": {"en": "says", "ja": "答え"},
    "attack.detail.attack": {"en": "Attack", "ja": "攻撃"},
    "attack.detail.norm": {"en": "What is bounded", "ja": "制限するもの"},
    "attack.detail.norm.linf": {"en": "the change of every single value (L∞)", "ja": "各値の変化（L∞）"},
    "attack.detail.norm.l2": {
        "en": "the root of the sum of all squared changes (L2)",
        "ja": "すべての変化の二乗和平方根（L2）",
    },
    "attack.detail.strength": {"en": "Strength", "ja": "強さ"},
    "attack.detail.strength.value": {
        "en": "{levels} of 255 grey levels ({share} of the whole range)",
        "ja": "255階調中{levels}階調（全範囲の{share}）",
    },
    "attack.detail.effort": {"en": "Steps and restarts", "ja": "手数と再開回数"},
    "attack.detail.target": {"en": "Wanted answer", "ja": "目標の答え"},
    "attack.detail.any": {"en": "any wrong one", "ja": "誤りなら何でも"},
    "attack.detail.pictures": {"en": "Pictures", "ja": "画像"},
    "attack.detail.pictures.value": {
        "en": "{pictures} of {all}, drawn at random",
        "ja": "{all}枚から無作為に{pictures}枚",
    },
    "attack.detail.space": {"en": "Where the change is made", "ja": "変化を加える場所"},
    "attack.detail.space.value": {
        "en": "on the picture as the network sees it, {height} × {width}, before normalisation; values stay in 0…255",
        "ja": "ネットワークが見る{height}×{width}の画像、正規化の前。値は0～255の範囲に保ちます",
    },
    "attack.detail.right": {"en": "What counts as right", "ja": "正解とするもの"},
    "attack.detail.right.value": {
        "en": "the most probable class, whatever mistakes cost; several labels: all of them",
        "ja": "費用によらず最も確率の高いクラス。複数ラベルではすべての一致",
    },
    "attack.detail.seconds": {"en": "Time", "ja": "時間"},
}

_TRAINING: dict[str, dict[Language, str]] = {
    "train.robust": {
        "en": "Every batch is changed against the model by up to {levels:.4g} of 255 grey levels a pixel before it is "
        "learnt from ({way}); the weights that hold best against it on validation are kept.",
        "ja": "学習の各バッチは、モデルが誤るように画素ごとに最大{levels:.4g}階調（255階調中）変えてから"
        "学習します（{way}）。検証でそれに最もよく耐えた重みを残します。",
    },
    "train.misled": {
        "en": "After epoch {epoch} the model had learnt to mislead the opponent instead of holding against it "
        "(catastrophic overfitting, Wong 2020). Training went on from the best weights, against more steps.",
        "ja": "{epoch}エポック後、モデルは耐えるのでなく攻撃を惑わせることを覚えていました（破局的過学習、Wong 2020）。"
        "最良の重みに戻り、手数を増やして学習を続けました。",
    },
    "split.robust": {"en": "validation, attacked", "ja": "検証（攻撃）"},
    "train.held": {
        "en": "Changed against it with 10 steps, it gets {value} of the validation pictures right.",
        "ja": "10手の攻撃で変えた検証画像では、{value}に正しく答えます。",
    },
}

WORDS: dict[str, dict[Language, str]] = _TRAINING | _FIGURES | _SENTENCES | _CHECKS | _NAMES | _PAGE
