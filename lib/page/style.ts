/** The page's one stylesheet. It stands in the page itself, and the policy names it by its hash: nothing else may style anything. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--raised:#f6f7f9;--text:#1b1d21;--soft:#555b64;--line:#d8dce2;--link:#0b57d0;--code:#eef0f3;
--s0:#5f6368;--s1:#1d5fa8;--s2:#1d5fa8;--s3:#7a5a00;--s4:#a34700;--s5:#b3261e;--good:#1e6b2e;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--bg:#121417;--raised:#1a1d22;--text:#e6e8eb;--soft:#a9afb8;--line:#363b43;--link:#8ab4f8;--code:#262a31;--good:#81c995;--bad:#f28b82}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-200vw}
.skip:focus{left:.5rem;top:.5rem;padding:.5rem 1rem;background:var(--bg);z-index:1}
.top{border-bottom:1px solid var(--line);padding:.5rem 1rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}
.top b{margin-right:auto}
main{max-width:72rem;margin:0 auto;padding:1rem}
footer{max-width:72rem;margin:0 auto;padding:1rem;color:var(--soft);font-size:.875rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;margin:2rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.5rem 0}
ul,ol{padding-left:1.25rem;margin:.5rem 0}
.bare{list-style:none;padding:0}
code{font:.875em/1.5 ui-monospace,monospace;background:var(--code);padding:.1em .3em;border-radius:3px;unicode-bidi:isolate;direction:ltr;white-space:pre-wrap}
bdi{unicode-bidi:isolate}
time{white-space:nowrap}
.soft,.ago{color:var(--soft)}
.good{color:var(--good)}
.bad{color:var(--bad)}
.badge{display:inline-block;padding:.05rem .5rem;border-radius:1rem;font-size:.8125rem;font-weight:600;background:var(--s0);color:#fff;white-space:nowrap}
.s1,.s2{background:var(--s1)}.s3{background:var(--s3)}.s4{background:var(--s4)}.s5{background:var(--s5)}
.state{background:none;color:var(--text);box-shadow:inset 0 0 0 1.5px var(--soft)}
.facts{display:grid;grid-template-columns:1fr;gap:.5rem 1.5rem;margin:.5rem 0}
.facts>div{min-width:0}
dt{font-size:.8125rem;color:var(--soft)}
dd{margin:0}
.inline>div{display:flex;flex-wrap:wrap;gap:0 .5rem}
.jump{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:1rem 0;list-style:none}
.jump a{display:inline-block;padding:.25rem 0}
.filter{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:baseline;list-style:none;padding:0;margin:.25rem 0}
.filter a{display:inline-block;padding:.25rem .6rem;border:1px solid var(--line);border-radius:1rem;text-decoration:none}
.filter [aria-current]{background:var(--text);color:var(--bg);border-color:var(--text)}
.card{border:1px solid var(--line);border-left:.35rem solid var(--s0);border-radius:.4rem;padding:.6rem .8rem;margin:.5rem 0}
.card.c1,.card.c2{border-left-color:var(--s1)}.card.c3{border-left-color:var(--s3)}.card.c4{border-left-color:var(--s4)}.card.c5{border-left-color:var(--s5)}
.card h3{margin:.2rem 0}
.note{border-left:.25rem solid var(--line);padding:.25rem .75rem;background:var(--raised)}
details{margin:.5rem 0}
summary{cursor:pointer;padding:.25rem 0}
svg{display:block;max-width:100%}
.lane{margin:.5rem 0}
.lane svg{width:100%;height:1rem;background:var(--raised);border-radius:3px}
.lane p{margin:0;font-size:.875rem}
.ends{display:flex;justify-content:space-between;flex-wrap:wrap;gap:0 1rem;font-size:.8125rem;color:var(--soft)}
.f0{fill:var(--s0)}.f1,.f2{fill:var(--s1)}.f3{fill:var(--s3)}.f4{fill:var(--s4)}.f5{fill:var(--s5)}.fgood{fill:var(--good)}.fbad{fill:var(--bad)}
.line{list-style:none;padding:0;margin:.5rem 0}
.line>li{border-left:2px solid var(--line);padding:0 0 .75rem .9rem}
.line>li::marker{content:""}
.line .what{font-weight:600}
.line .said{display:block}
.graph{width:100%;max-width:26rem;height:auto}
.graph rect{fill:var(--raised);stroke:var(--soft)}
.graph .here rect{stroke:var(--bad);stroke-width:2}
.graph path{stroke:var(--soft);fill:none}
.graph text{fill:var(--text);font:13px ui-monospace,monospace}
.graph .kind{fill:var(--soft);font:12px system-ui,sans-serif}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line)}
th{font-size:.8125rem;color:var(--soft)}
td time{white-space:normal}
@media(max-width:48rem){table,tbody,tr,td{display:block}thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
tr{border-bottom:1px solid var(--line);padding:.5rem 0}td{border:0;padding:.2rem 0}td::before{content:attr(data-label);display:block;font-size:.8125rem;color:var(--soft)}}
@media(min-width:40rem){.facts{grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}.facts.inline{grid-template-columns:1fr}}
@media print{:root{--bg:#fff;--raised:#fff;--text:#000;--soft:#444;--line:#999;--link:#000;--code:#fff}.top,.jump,.filter,.skip,.older{display:none}
main{max-width:none;padding:0}h2,h3{break-after:avoid}.card,tr,.line>li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}
.badge{background:none;color:#000;border:1px solid #000}}
`
