/** Words that make one token with the number beside them: the same as in `policy_site/redlines/units.py`. */

const words = (text) => new Set(text.trim().split(/\s+/u));

/** Names of months, case folded, without a full stop. */
export const MONTHS = words(`
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
januar februar märz mai juni juli oktober dezember jänner
janvier février mars avril juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
januari februari maart mei augustus
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
ledna února března dubna května června července srpna září října listopadu prosince
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
január február március április május június július augusztus szeptember október november december
januari mars april maj juni juli augusti oktober
يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
`);

/** Names of units of time and money, case folded. */
export const UNITS = words(`
second seconds minute minutes hour hours day days week weeks month months quarter quarters year years percent
sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren
prozent
seconde secondes heure heures jour jours semaine semaines mois an ans année années
segundo segundos minuto minutos hora horas día días semana semanas mes meses año años
secondo secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni
dia dias mês ano anos
uur dag dagen weken maand maanden jaar
dni dzień godzin godziny godzinę tydzień tygodnie tygodni miesiąc miesiące miesięcy rok lata lat
den dnů dnech hodin hodiny týden týdny týdnů měsíc měsíce měsíců roky let
секунд минут час часа часов день дня дней неделя недели недель месяц месяца месяцев год года лет
годин днів тижнів місяців років
saniye dakika saat gün hafta ay yıl
nap óra hét hónap év
dag dagar timme timmar vecka veckor månad månader år
ثانية ثوان دقيقة دقائق ساعة ساعات يوم أيام يوما يومًا أسبوع أسابيع شهر أشهر شهرا شهرًا سنة سنوات
שעות יום ימים שבוע שבועות חודש חודשים שנה שנים
% ‰ ٪ ° $ € £ ¥ ₹ ₺
usd eur gbp chf jpy cad aud try kb mb gb tb
`);

/** Units written without a space after the number, in Chinese, Japanese and Thai. */
export const UNITS_WITHOUT_SPACE = words(`
年 月 日 時 分 秒 時間 分間 秒間 日間 週間 か月 ヶ月 カ月 ヵ月 箇月 か月間 ヶ月間 年間 営業日 円 歳 条 項
时 小时 分钟 天 周 个月 元 岁 小時 分鐘 週 個月 歲 個工作日 วัน ปี เดือน ชั่วโมง
`);
