// Before the first paint: the colours that this reader has chosen, else those of the system.
document.documentElement.dataset.theme = localStorage.getItem('theme') ?? '';
