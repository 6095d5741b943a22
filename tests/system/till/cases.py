#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The till's page in Chromium, as people use it: with the mouse, the keyboard, a small screen and ears.

    cases.py ADDRESS PICTURES TEXTS

PICTURES is a folder for what was seen; TEXTS the file with what the shipped messages say: lines of
language, reason, reader and text, between tabs. Prints TAP.
"""
import os
import sys

from browser import Browser

HERE = os.path.dirname(os.path.abspath(__file__))
TAB, ENTER = chr(0xE004), chr(0xE007)  # WebDriver, section 17.4.2: keys that are no characters
failed = False


def check(what, held, why=""):
    global failed
    failed = failed or not held
    print("%s - %s" % ("ok" if held else "not ok", what) + (": %s" % why if why and not held else ""),
          flush=True)


def same(what, got, wanted):
    check(what, got == wanted, "%r, and not %r" % (got, wanted))


class Page:
    def __init__(self, browser, address, pictures):
        self.browser, self.address, self.pictures = browser, address, pictures

    def open(self):
        self.browser.open(self.address)
        return self.browser.until(lambda: "FreeRADIUS" in self.text("#where"))

    def sells(self, person, ends_as):
        """Click somebody and wait for what comes of it."""
        self.browser.click("[data-person=%s]" % person)
        return self.ended(ends_as)

    def ended(self, verdict):
        self.browser.until(lambda: self.text("#verdict") == verdict and self.browser.run(
            "return document.querySelector('#decision').getAttribute('aria-busy') === 'false'"))
        return self.text("#verdict")

    def text(self, selector):
        return self.browser.text(selector)

    def step(self):
        return self.browser.run("return document.querySelector('[aria-current]').dataset.step")

    def facts(self):
        return self.text("#facts").split()

    def sent(self):
        return self.browser.run("return [...document.querySelectorAll('#request tbody tr')].map("
                                "(row) => [row.cells[0].firstChild.data.trim(),"
                                " row.cells[1].textContent])")

    def steers(self, selector, done):
        self.browser.click(selector)
        return self.browser.until(lambda: self.text("#service-said").startswith(done), 30)

    def kept(self, name):
        self.browser.picture(os.path.join(self.pictures, name + ".png"))


def yes(page, _):
    same("a yes", page.sells("uzbek", "Sell"), "Sell")
    check("with a reference to print", "Reference" in page.facts())
    same("from the service", [page.step(), page.text("#asked")[:33]],
         ["service", "The service was sent one question"])
    check("the request stands beside the reply",
          ["MigrantID-Document-Number", "FA1234567"] in page.sent() and
          "Access-Accept" in page.text("#reply"))
    page.kept("yes")
    page.sells("uzbek", "Sell")
    same("again: from memory, and nobody is asked", [page.step(), page.text("#asked")],
         ["memory", "Nobody was asked."])
    check("the server begins anew", page.steers("#restart", "Restarted"))
    page.sells("uzbek", "Sell")
    same("again: from the disk", [page.step(), page.text("#asked")], ["disk", "Nobody was asked."])


def exemption(page, _):
    same("an exemption", page.sells("belarusian", "Sell: no check needed"), "Sell: no check needed")
    same("by its rule, and nobody is asked",
         [page.step(), page.text("#asked"), "belarus-citizen" in page.facts()],
         ["rule", "Nobody was asked.", True])
    page.kept("exempt")


def refusal(page, texts):
    for language, clerk, verdict in (("ru", "ru", "Сейчас не продавать"),
                                     ("uz", "en", "Do not sell now")):
        page.browser.choose("select[name=Language]", language)
        same("a refusal, %s" % language, page.sells("unknown", verdict), verdict)
        same("what the clerk reads, %s" % language, page.text("#clerk"),
             texts[clerk, "not-enrolled", "clerk"])
        same("what the buyer can do, %s" % language, page.text("#remedy"),
             texts[language, "not-enrolled", "remedy"])
        same("in a voice that knows the language, %s" % language,
             page.browser.run("return document.querySelector('#remedy').lang"), language)
        page.kept("no-" + language)
    page.browser.choose("select[name=Language]", "en")
    page.browser.until(lambda: page.text("#remedy") == texts["en", "not-enrolled", "remedy"])
    same("another language asks again", page.text("#remedy"), texts["en", "not-enrolled", "remedy"])


def pending(page, _):
    page.browser.click("[data-person=slow]")
    check("pending", page.browser.until(lambda: page.text("#verdict") == "Please wait"))
    check("which is no refusal", page.browser.run(
        "return document.querySelector('#decision').dataset.result") == "Undetermined")
    check("and says when it asks again",
          page.browser.until(lambda: "Asking again in" in page.text("#waiting")))
    page.kept("pending")
    first = [pair for pair in page.sent() if pair[0] != "State"]
    same("then yes", page.ended("Sell"), "Sell")
    last = page.sent()
    same("the whole sale was sent again, and State", [pair for pair in last if pair[0] != "State"],
         first)
    check("(State)", any(name == "State" for name, _ in last))


def fault(page, _):
    check("answers can be forgotten", page.steers("#forget", "Forgotten"))
    page.browser.choose("#fault", "http-500")
    check("the service can be made to fail",
          page.browser.until(lambda: page.text("#service-said").startswith("It goes wrong")))
    same("a fault is no refusal", page.sells("unknown", "Not decided: ask later"),
         "Not decided: ask later")
    check("the reason says whose", "service-unavailable" in page.facts(), str(page.facts()))
    same("it was at the service", page.step(), "service")
    page.kept("fault")
    check("and can be mended", page.steers("#forget", "Forgotten"))
    same("then it answers again", page.sells("unknown", "Do not sell now"), "Do not sell now")


def correction(page, _):
    typed = "<img src=/x onerror=document.title=1>'\\\"%{User-Name}"
    same("a slip of the clerk's", page.sells("slip", "Correct the sale"), "Correct the sale")
    same("marks its field", page.browser.run(
        "return [...document.querySelectorAll('[aria-invalid=true]')].map((one) => one.name)"),
        ["Date-of-Birth"])
    page.browser.run("document.querySelector('[name=Document-Number]').value = arguments[0]", typed)
    page.browser.click("#sale .primary")
    check("what was typed is text and nothing else",
          page.browser.until(lambda: ["MigrantID-Document-Number", typed] in page.sent()) and
          page.browser.run("return document.images.length === 0 && document.title !== '1'"))


def keyboard(page, _):
    browser = page.browser
    reached, rings = [], []
    page.open()
    for _ in range(40):
        browser.keys(TAB)
        name, ring = browser.run(
            "const one = document.activeElement; return ["
            "one.dataset.person || one.name || one.id || one.type || one.tagName,"
            "getComputedStyle(one).outlineStyle !== 'none'];")
        if name == "BODY" or name in reached:
            break
        reached.append(name)
        rings.append(ring)
    wanted = {"uzbek", "slip", "Document-Number", "Accept-Challenge", "submit", "fault", "forget",
              "restart", "Language"}
    check("the keyboard reaches everything", wanted <= set(reached), str(wanted - set(reached)))
    check("and one sees where one is", all(rings), str(list(zip(reached, rings))))
    page.open()
    browser.keys(TAB, TAB, TAB, ENTER)
    same("a sale with four keys", page.ended("Sell"), "Sell")


def ears(page, _):
    browser = page.browser
    browser.run("document.querySelector('details').open = true")
    nameless = []
    for element in browser.elements("input, select, textarea, button:not(#stop)"):
        if not browser.label(element).strip():
            nameless.append(browser.call("GET", element + "/name"))
    same("whatever is used has a name", nameless, [])
    same("a decision is told when it comes",
         browser.run("const one = document.querySelector('#said');"
                     "return [one.ariaLive, one.ariaAtomic];") + [browser.role(browser.element("#said"))],
         ["polite", "true", "status"])
    same("the parts are named", [browser.label(one) for one in browser.elements("section, form")],
         ["Who buys a SIM card?", "The sale", "The ID service", "What the clerk sees",
          "The way it took", "What the ID service was asked", "On the wire"])


def eyes(page, _):
    browser = page.browser
    with open(os.path.join(HERE, "contrast.js"), encoding="utf-8") as file:
        contrast = file.read()
    for scheme in ("light", "dark"):
        browser.screen(1280, 900, scheme)
        for person, verdict in (("uzbek", "Sell"), ("diplomat", "Sell: no check needed"),
                                ("unknown", "Do not sell now"), ("slip", "Correct the sale")):
            page.sells(person, verdict)
            found = browser.run(contrast)
            check("%s, %s: each of %d texts stands out" % (scheme, verdict, found["seen"]),
                  found["seen"] > 60 and not found["low"], "; ".join(found["low"]))
        page.kept(scheme)
    browser.screen(360, 780)
    for person, verdict in (("belarusian", "Sell: no check needed"), ("unknown", "Do not sell now")):
        page.sells(person, verdict)
        same("360 pixels are wide enough, %s" % verdict, browser.run(
            "return [document.documentElement.scrollWidth, [...document.querySelectorAll('main *')]"
            ".filter((one) => one.getBoundingClientRect().right > 360)"
            ".map((one) => one.tagName)];"), [360, []])
    check("what was decided is in sight", browser.run(
        "const box = document.querySelector('#headline').getBoundingClientRect();"
        "return box.top >= 0 && box.bottom <= innerHeight;"))
    same("what is to be touched is large enough", browser.run(
        "return [...document.querySelectorAll('button, select, input:not([type=checkbox])')]"
        ".filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44)"
        ".map((one) => one.id || one.name || one.textContent);"), [])
    page.kept("narrow")


def main(address, pictures, texts_file):
    with open(texts_file, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    texts = {tuple(row[:3]): row[3] for row in rows}
    with Browser() as browser:
        browser.screen(1280, 900)
        page = Page(browser, address, pictures)
        check("the page opens", page.open())
        for case in (yes, exemption, refusal, pending, fault, correction, keyboard, ears, eyes):
            try:
                case(page, texts)
            except OSError as wrong:
                check("%s: %s" % (case.__name__, wrong), False)
        same("the browser has nothing to complain of", browser.complaints(), [])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
