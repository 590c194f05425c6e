// Drag to sort, as a global for pages that ask for it.
import Sortable from "sortablejs/modular/sortable.core.esm.js";

window.Sortable = Sortable;
