import { Page } from "./page.js";

// Within reach of the browser's console, and of tests.
Object.assign(globalThis, { pipesched: new Page() });
