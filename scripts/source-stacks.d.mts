/** Has stack traces name the sources of the bundled files below this place. */
export declare function nameSourcesInStacks(program: URL): void;
