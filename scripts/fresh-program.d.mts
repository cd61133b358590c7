/** Where the bundled program is. */
export declare const PROGRAM: URL;
/** Of a file relative to the root; an edit changes it. */
export declare function stampOf(file: string): string;
/** Whether the bundle is what the sources here would do. */
export declare function isProgramFresh(): boolean;
