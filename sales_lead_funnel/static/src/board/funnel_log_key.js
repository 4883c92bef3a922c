/**
 * The board takes Enter and Space for its cards, wherever in a card the focus is; the
 * button that logs a follow-up keeps them, so that the keyboard alone is enough.
 */
document.addEventListener("keydown", (ev) => {
    if (["Enter", " "].includes(ev.key) && ev.target.closest?.(".o_funnel_log")) {
        ev.stopPropagation();
    }
});
