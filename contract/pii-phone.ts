import type { MaskRule } from "./pii.js";
import { digit, escaped, inEveryScript, otherDigit, percent } from "./pii-signs.js";

/** A plus sign of other keyboards and of encodings: no sum has it, so it may follow anything. */
const encodedPlus = String.raw`(?:[＋﹢➕]|${percent("2B")}|${percent("EF", "BC", "8B")}|${escaped("+", "plus")})`;

/** Country codes of ITU-T E.164; which are long and which short is fixed by zone. */
const countryCode = String.raw`1|7|2(?:[07]|[1-689][0-9])|3(?:[0-469]|[578][0-9])|4(?:[013-9]|2[0-9])|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[789][0-9])|8(?:[1246]|[035789][0-9])|9(?:[0-58]|[679][0-9])`;
const anyCountryCode = inEveryScript(countryCode);

/** At the end of a class. */
const hyphen = "‐-―⁃−﹣－ーｰ-";

const nonBreakingSpace = String.raw`${percent("C2", "A0")}|\\{1,8}u00[aA]0|&(?:amp;)*(?:nbsp|#160|#[xX][aA]0);`;
/** Hyphens and narrow spaces of typographers, as URLs and JSON write them. */
const typographic = String.raw`${percent("E2", "80", "(?:9[0-5]|AF)")}|\\{1,8}u20(?:1[0-5]|2[fF])`;
const separator = String.raw`[ \t\r\n\xa0\u2000-\u200f\u202f\u2060\u3000()._\[\]（）·•・/${hyphen}]|%(?:25)*(?:09|0[AaDd]|20|28|29|2[DdEeFf])|${nonBreakingSpace}|${typographic}`;
const separators = `(?:${separator})*`;
/** A form writes a blank as a plus sign. */
const formSeparators = String.raw`(?:\+|${separator})*`;

const lastTwo = `(${digit}${separators}${digit})`;
/** 7 to 15 digits in all by E.164: what follows the country code, all but the last two. */
const middle = (between: string, least = 3, most = 11) =>
  `(?:${between}${digit}){${least},${most}}${between}`;

/** What may stand before a number that has no plus sign, so that parts of ids are not taken for one. */
const apart = String.raw`(^|[^0-9A-Za-z.:/_-])`;
/** No other kind of id has the form of a Chinese mobile number, so it may be part of a path or a key. */
const apartInKeys = String.raw`(^|[^0-9A-Za-z.-])`;

const zero = `(?:${inEveryScript("0")})`;
const notZero = `(?:${inEveryScript("[1-9]")})`;
/** The last two digits, where no word goes on after them; the last may be a group of its own. */
const lastTwoOfWord = (between: string) => String.raw`(${digit}${between}(?:[0-9]\b|${otherDigit}))`;
const end = lastTwoOfWord("");

/** A blank as texts, URLs and forms write it. */
const blank = String.raw`[ \t\xa0\u2000-\u200a\u202f\u3000+]|${percent("20")}|${nonBreakingSpace}|${typographic}`;
/** Between the groups of a national number. */
const gap = `(?:${blank}|[${hyphen}])`;

/** What announces a number, so that a national one is known without its zero; a name of a field, too. */
const word = String.raw`(?:[Pp][Hh][Oo][Nn][Ee]|[Mm][Oo][Bb][Ii][Ll][Ee]|[Ww][Hh][Aa][Tt][Ss][Aa][Pp][Pp]|MSISDN|msisdn|[Tt]el[eé]fon[oe]?|[Cc]elular|[Mm]óvil|[Тт]елефон|Tel|Cell|Fax|\b(?:tel|TEL|cell|CELL|fax|FAX|sms|callto|wa\.me)|_(?:tel|cell|fax)|手机|手機|电话|電話|携帯|전화)(?:[Ss]|号码?|號碼|番号|번호|[_ -]?(?:[Nn]umber|NUMBER|[Nn]ummer|[Nn]o|[Nn]r)s?)?`;
const announcing = String.raw`(?:[ \t\r\n.:=：\\"\x27<>#(\[{/]|%(?:25)*(?:20|3[AaDd]))`;
/** Between them may stand what names the part of an object. */
const announced = String.raw`${word}(?: is\b)?${announcing}{1,6}(?:(?:number|value|home|work|main)${announcing}{1,6})?`;
const announcedSeparators = String.raw`(?:[ ._()/\xa0${hyphen}]|%(?:25)*2[089DdEeFf]){0,2}`;

const grouped = [
  `(?:${gap}|/|${percent("2F")}){1,3}(?:${digit}{3}|${digit}{3,4}${gap}${digit}{1,2}|${digit}{3}${gap}${digit}{2}${gap}|(?:${digit}{2}${gap}){2,3})${digit}{0,3}`,
  String.raw`\.${digit}{4,7}|\.${digit}{3}\.${digit}{2}|/(?:${digit}{2}\.){2,3}`,
].join("|");
/** After an area code of one digit there must be seven more, or a day of a month would do. */
const groupedAfterOne = String.raw`(?:${gap}|/|${percent("2F")}){1,3}(?:\(?${digit}{2}\)?${gap})?(?:${digit}{3,4}${gap}${digit}{2}|${digit}{5,6})`;
/** The trunk prefix in brackets, or what follows it. */
const bracketed = String.raw`(?:\(0\)${gap}?|0\()[1-9]${digit}{1,4}\)?(?:${gap}{0,2}${digit}){4,8}${gap}?|\(0[1-9]${digit}{1,4}\)${digit}{4,7}`;

/** Between the groups of a number of North America. */
const americanGap = String.raw`(?: - |[ .\xa0\u202f${hyphen}]|${percent("20")})`;

/** How phone numbers are found, in the order of use. */
export const phoneRules: readonly MaskRule[] = [
  {
    kind: "phone",
    description: "An international number with an encoded plus sign",
    pattern: `${encodedPlus}${formSeparators}(${anyCountryCode})${middle(formSeparators)}${lastTwo}`,
    replacement: "+$1*****$2",
  },
  {
    kind: "phone",
    description: "An international number with a plus sign; what is chained to it by another goes",
    // A plus sign between digits is a sum, or the build of a version.
    pattern: String.raw`(^|[^0-9A-Za-z+])\+{1,3}${separators}(${anyCountryCode})${middle(separators)}${lastTwo}(?:\+[0-9]{9,15})*`,
    replacement: "$1+$2*****$3",
  },
  {
    kind: "phone",
    description: "The same right after a letter, unless it is a time zone, GMT+1, or a short number",
    pattern: String.raw`([A-BD-SU-Za-z])\+${separators}(${anyCountryCode})${middle(separators, 6, 9)}${lastTwo}`,
    replacement: "$1+$2*****$3",
  },
  {
    kind: "phone",
    description: "The same in one run of nine digits or more, which no time zone has",
    pattern: String.raw`([CT])\+(${anyCountryCode})${digit}{6,11}${end}`,
    replacement: "$1+$2*****$3",
  },
  {
    kind: "phone",
    description: "An international number with the prefix 00 or 011",
    pattern: String.raw`(^|[^0-9A-Za-z./_-])(?:${inEveryScript("00")}|011[ -]?)(${anyCountryCode})${middle(separators)}${digit}?${separators}${lastTwoOfWord(separators)}`,
    replacement: "$1+$2*****$3",
  },
  {
    kind: "phone",
    description: "A mobile number of China",
    pattern: String.raw`${apartInKeys}((?:${inEveryScript("86")})${gap}?|)(?:${inEveryScript("1[3-9]")})${digit}${gap}?${digit}{4}${gap}?${digit}{2}${end}`,
    replacement: "$1$2*****$3",
  },
  {
    kind: "phone",
    description: "A number of North America with its area code set apart",
    pattern: String.raw`${apart}(1${americanGap}?|)(?:\([2-9][0-9]{2}\)${americanGap}?[0-9]{3}${americanGap}?|\[[2-9][0-9]{2}\]${americanGap}?[0-9]{3}${americanGap}|[2-9][0-9]{2}(?: - |[./\xa0\u202f${hyphen}])[0-9]{3}${americanGap})[0-9]{2}${end}`,
    replacement: "$1$2*****$3",
  },
  {
    kind: "phone",
    description: "A national number with its trunk prefix 0, in groups",
    pattern: String.raw`${apart}(?:\(?${zero}${notZero}(?:${digit}{1,4}\)?(?:${grouped})|\)?${groupedAfterOne})|${bracketed})${end}`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "A national number with its trunk prefix 0, in pairs",
    pattern: String.raw`${apart}0[1-9](?:(?:(?:${blank})[0-9]{2}){3}(?:${blank})|(?:\.[0-9]{2}){3}\.|(?:[${hyphen}][0-9]{2}){3}[${hyphen}])${end}`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "A national number with its trunk prefix 0, of 10 to 12 digits in one",
    pattern: `${apart}${zero}${notZero}${digit}{6,8}${end}`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "A number of Brazil with its area code in brackets, of Russia with its trunk prefix 8",
    pattern: String.raw`${apart}(?:\([1-9][0-9]\)${gap}?9?[0-9]{4}${gap}[0-9]{2}|8(?:${gap}\(?|\()[3489][0-9]{2}\)?${gap}?[0-9]{3}${gap}?[0-9]{2}${gap}?)${end}`,
    replacement: "$1*****$2",
  },
  {
    kind: "phone",
    description: "Any 7 to 15 digits after a word for phone, such as phone, mobile, tel, teléfono or 手机",
    pattern: String.raw`(${announced})\(?${digit}(?:${announcedSeparators}${digit}){4,12}${announcedSeparators}${lastTwoOfWord(announcedSeparators)}`,
    replacement: "$1*****$2",
  },
];

const fieldName = String.raw`(?:[^"\\]*_)?(?:(?:[^"\\]*(?:phone|telefono?|mobile|whatsapp|msisdn)|tel|cell|celular|fax)(?:s|_?(?:number|nummer|no|nr)s?)?|[^"\\]*(?:手机|手機|电话|電話|携帯|전화|телефон)(?:号码?|號碼|番号|번호)?)`;
const national = String.raw`[+-]?\(?[0-9](?:[ .()/-]{0,2}[0-9]){4,12}[ .()/-]{0,2}([0-9]{2})`;
const sevenDigits = "(?:[0-9][ .()/-]{0,2}){7}";

/**
 * A field of JSON whose name says that it holds phone numbers, and what stands in the place of its value: a number
 * in digits or as text, a text with a number in it, a list or an object. Names are in lower case. Only a record as a whole is
 * searched for it, since a number becomes a text.
 */
export const phoneFieldRules = [
  { value: `(?:"${national}"|${national}(?:[.]0)?)`, replacement: '$1"*****$2$3"$4' },
  { value: String.raw`"[^"\\]*${sevenDigits}[^"\\]*"`, replacement: '$1"*****"$2' },
  { value: String.raw`\[[^\[\]]*${sevenDigits}[^\[\]]*\]`, replacement: '$1["*****"]$2' },
  { value: String.raw`\{[^{}]*${sevenDigits}[^{}]*\}`, replacement: '$1"*****"$2' },
].map(({ value, replacement }) => ({
  pattern: String.raw`("${fieldName}":)${value}([,}\]])`,
  replacement,
}));
