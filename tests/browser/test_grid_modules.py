"""The grid's modules without their page: keys, what is chosen, the queue, what can be undone."""


def key(name, **held):
    return {"key": name, "keyCode": 0, **held}


ACTION = "const { actionOf } = await load('keys'); return argument.map((event) => actionOf(event)?.name ?? null);"


def test_keys_mean_what_the_key_map_says(run):
    letters = run(ACTION, [key(name) for name in "axsurnmzAXSU07"])
    assert letters == [
        "accept", "reject", "unsure", "clear", "rerank", "uncertain", "map", "undo",
        "accept", "reject", "unsure", "clear", "tenth", "tenth",
    ]  # fmt: skip
    named = run(ACTION, [key("Z", shiftKey=True), key(" "), key("Enter"), key("Escape"), key("a", ctrlKey=True)])
    assert named == ["redo", "toggle", "open", "back", "all"]
    assert run(ACTION, [key("Home"), key("PageDown"), key("ArrowLeft", shiftKey=True)]) == ["home", "pageDown", "left"]


def test_keys_of_an_input_method_and_of_the_browser_are_not_ours(run):
    foreign = [key("a", isComposing=True), {"key": "a", "keyCode": 229}, key("r", ctrlKey=True), key("a", altKey=True),
               key("s", metaKey=True), key("X", shiftKey=True), key("F5"), key("Tab")]  # fmt: skip
    assert run(ACTION, foreign) == [None] * len(foreign)


def test_moves_stay_in_a_grid_whose_last_row_is_short(run):
    source = """const { placeAfter } = await load('keys');
        return argument.map(([move, place]) => placeAfter(move, place, { count: 10, columns: 4, rows: 2 }));"""
    moves = [("left", 0), ("right", 9), ("up", 2), ("up", 6), ("down", 4), ("down", 7), ("down", 9),
             ("home", 7), ("end", 2), ("pageDown", 1), ("pageUp", 9)]  # fmt: skip
    assert run(source, moves) == [0, 9, 2, 2, 8, 9, 9, 0, 9, 9, 1]


def test_in_a_new_order_the_focus_stays_with_an_image_that_stays_near_and_else_with_its_neighbour(run):
    source = """const { keptFocus } = await load('keys');
        return argument.map(([id, after]) => keptFocus(id, [...'abcdef'], [...after], 1));"""
    orders = [
        ("c", "abdcef"),  # one place further
        ("b", "acdefb"),  # to the end: the one behind it came to its place
        ("e", "fabcde"),  # all went one further, the last to the front
        ("f", "fabcde"),  # nobody is behind it: the one before it
        ("c", "fedxba"),  # it left, and the next is where it was
        ("a", "xyz"),  # of those that were there nobody is left
        ("a", ""),
    ]
    assert run(source, orders) == ["c", "c", "e", "e", "d", "x", None]


def test_a_verdict_is_for_what_is_chosen_or_else_for_the_focus(run):
    source = """const { Selection } = await load('selection');
        const selection = new Selection(); const seen = [];
        const look = () => seen.push([selection.focused, selection.targets.join('')]);
        selection.setItems(['a', 'b', 'c', 'd', 'e']); look();
        selection.focusOn('b'); look();
        selection.extendTo('d'); look();
        selection.extendTo('a'); look();
        selection.toggle('e'); look();
        selection.focusOn('c'); look();
        selection.clear(); look();
        selection.setItems(['a', 'b']); look();
        return seen;"""
    assert run(source) == [
        [None, ""], ["b", "b"], ["d", "bcd"], ["a", "ab"], ["e", "abe"], ["c", "abe"], ["c", "c"], [None, ""]
    ]  # fmt: skip


def test_everything_beyond_the_page_is_chosen_only_when_all_is(run):
    source = """const { Selection } = await load('selection');
        const selection = new Selection();
        selection.setItems(['b', 'c']);
        selection.replaceByAll(['a', 'b', 'c', 'd']);
        const all = selection.targets.join('');
        selection.clear(); selection.replace(['a', 'b']);
        return [all, selection.targets.join('')];"""
    assert run(source) == ["bcad", "b"]


def test_what_is_chosen_is_remembered_by_word(run):
    source = """const { Selection, remember } = await load('selection');
        const first = remember(new Selection(), 'w'); first.replace(['a', 'b']);
        const [same, other] = ['w', 'v'].map((word) => remember(new Selection(), word));
        return [[...same.chosen], [...other.chosen]];"""
    assert run(source) == [["a", "b"], []]


def test_steps_are_undone_and_redone_and_judging_anew_ends_redoing(run):
    source = """const { Steps } = await load('undo');
        const steps = new Steps({ done: [{ uid: '1', changes: [] }] });
        steps.give({ uid: '2', changes: [{ image: 'a' }, { image: 'b' }] });
        const seen = [steps.undo().uid, steps.undo().uid, steps.undo(), steps.redo().uid];
        steps.refuse('2', ['a']);
        seen.push(steps.redo().changes.length);
        steps.refuse('2', ['b']);
        seen.push(steps.done.map((step) => step.uid).join());
        steps.undo(); steps.give({ uid: '3', changes: [] });
        return [...seen, steps.redo()];"""
    assert run(source) == ["2", "1", None, "1", 1, "1", None]


QUEUE = """const { Queue } = await load('queue');
    const events = []; const sent = []; const waits = []; let later = null;
    const make = () => {
        const queue = new Queue({ storage: localStorage, prefix: 'q.', send: async (entries) => {
            sent.push(entries.map((entry) => entry.id ?? entry.step));
            return replies.shift() ?? { is: 'stored', answer: {} };
        }, later: (work, ms) => { waits.push(ms); later = work; } });
        for (const name of ['stored', 'refused'])
            queue.addEventListener(name, ({ detail }) => events.push([name, detail.entries.length]));
        return queue;
    };
    const verdict = (step, count = 1) => ({ kind: 'give', step, judgement: 'accept',
        verdicts: Array.from({ length: count }, (_, i) => ({ id: `${step}${i}`, image: `${i}`, expects: 0 })) });
    const kept = () => Object.keys(localStorage).filter((name) => name.startsWith('q.')).length;
    localStorage.clear(); let replies = [];
"""


def test_the_queue_keeps_the_order_and_sends_verdicts_together(run):
    source = (
        QUEUE
        + """
        replies = [{ is: 'away' }];
        const queue = make();
        await queue.push(verdict('a')); await new Promise((done) => setTimeout(done));
        replies = [{ is: 'away' }, { is: 'away' }, { is: 'away' }, { is: 'away' }];
        await queue.push(verdict('b', 999)); await queue.push(verdict('c'));
        await queue.push({ kind: 'undo', id: 'u' });
        sent.length = 0; replies = []; await queue.resume();
        return [sent, queue.unsent, queue.state, kept()];"""
    )
    assert run(source) == [[["a", "b"], ["c"], ["u"]], 0, "sent", 0]


def test_what_is_being_sent_is_stored_when_resuming_is_over(run):
    source = (
        QUEUE
        + """
        let free; const held = new Promise((done) => { free = done; });
        const queue = new Queue({ storage: localStorage, prefix: 'q.', send: () => held });
        queue.push(verdict('a'));
        const seen = []; const resumed = queue.resume().then(() => seen.push(queue.unsent));
        await new Promise((done) => setTimeout(done)); seen.push('held');
        free({ is: 'stored', answer: {} }); await resumed;
        return seen;"""
    )
    assert run(source) == ["held", 0]


def test_what_waits_outlives_the_tab_and_is_tried_again_ever_more_seldom(run):
    source = (
        QUEUE
        + """
        replies = [{ is: 'away' }, { is: 'away' }, { is: 'away' }];
        const queue = make();
        await queue.push(verdict('a', 3)); await queue.push({ kind: 'undo', id: 'u' });
        await later();
        const before = [queue.state, queue.unsent, kept()];
        replies = []; const next = make();
        const seen = [next.state, next.unsent];
        await next.resume();
        return [before, seen, sent.slice(-2), kept(), waits[0] < waits[2]];"""
    )
    assert run(source) == [["away", 4, 2], ["unsent", 4], [["a"], ["u"]], 0, True]


def test_a_session_that_ended_keeps_the_queue_and_a_refusal_does_not_block_it(run):
    source = (
        QUEUE
        + """
        replies = [{ is: 'login' }];
        const queue = make();
        await queue.push(verdict('a'));
        const ended = [queue.state, queue.unsent, waits.length];
        replies = [{ is: 'refused', message: 'no' }];
        await queue.push({ kind: 'undo', id: 'u' });
        return [ended, events, queue.state, kept()];"""
    )
    assert run(source) == [["login", 1, 0], [["refused", 1], ["stored", 1]], "sent", 0]


def test_ids_are_uuids_of_version_four(run):
    source = """const { uuid } = await load('queue');
        const ids = new Set(Array.from({ length: 50 }, () => uuid()));
        const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
        return [ids.size, [...ids].every((id) => form.test(id))];"""
    assert run(source) == [50, True]
