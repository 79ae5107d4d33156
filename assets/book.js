// The theme finds out at loading, and when the window changes, which code the keyboard must be able to scroll. What is
// collapsed has no size then, so it is told again when something opens.
document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);
