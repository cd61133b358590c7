import type { CDPSession, Page } from 'playwright-core';

interface AccessibilityNode {
  readonly nodeId: string;
  readonly parentId?: string;
  readonly childIds?: readonly string[];
  readonly ignored: boolean;
  readonly role?: { readonly value?: unknown };
  readonly name?: { readonly value?: unknown };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
}

type Tree = ReadonlyMap<string, AccessibilityNode>;

/** Boxes that a screen reader passes through without a word. */
const SILENT = new Set([
  'generic',
  'none',
  'paragraph',
  'strong',
  'time',
  'list',
  'figure',
  'Figcaption',
  'LabelText',
  'definition',
  'DescriptionList',
]);
/** What is inside these is their name, or what they can be set to. */
const LEAVES = new Set(['heading', 'link', 'button', 'term', 'combobox', 'textbox', 'image']);
/** States that are said with a name. */
const STATES = ['level', 'required', 'disabled', 'live', 'focused'];

/**
 * What a screen reader has to go by, in its order: a line for each thing that it stops at, with role, name and states as Chromium
 * hands them to assistive technology, and a line for the text between two of them.
 *
 * @param within name of the landmark or region whose inside is wanted; without it the whole page
 */
export async function spoken(page: Page, within?: string): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const tree = await accessibilityTree(session);
    const root = [...tree.values()].find((node) =>
      within === undefined ? node.parentId === undefined : nameOf(node) === within && !node.ignored,
    );
    return root === undefined ? [] : joined(partsOf(root, tree));
  } finally {
    await session.detach();
  }
}

async function accessibilityTree(session: CDPSession): Promise<Tree> {
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return new Map(nodes.map((node) => [node.nodeId, node]));
}

interface Part {
  readonly isText: boolean;
  readonly words: string;
}

function partsOf(node: AccessibilityNode, tree: Tree): Part[] {
  const role = textOf(node.role?.value);
  if (role === 'StaticText') return [{ isText: true, words: nameOf(node) }];
  const isLeaf = !node.ignored && LEAVES.has(role);
  const children = isLeaf ? [] : (node.childIds ?? []).flatMap((id) => tree.get(id) ?? []);
  const inner = children.flatMap((child) => partsOf(child, tree));
  if (node.ignored || SILENT.has(role)) return [...inner, ...(role === 'definition' || role === 'paragraph' ? [BREAK] : [])];
  const words = [role, nameOf(node), ...STATES.flatMap((state) => stateOf(node, state))].filter((word) => word !== '');
  // A list item has its text as its name, which its inside says anyway.
  return role === 'listitem' ? [BREAK, ...inner, BREAK] : [{ isText: false, words: words.join(', ') }, ...inner];
}

/** Where one paragraph ends and another begins. */
const BREAK: Part = { isText: false, words: '' };

function joined(parts: readonly Part[]): string[] {
  const lines: string[] = [];
  let text = '';
  for (const { isText, words } of [...parts, BREAK]) {
    if (isText) {
      text += ` ${words}`;
      continue;
    }
    const said = text.replaceAll(/\s+/g, ' ').trim();
    if (said !== '') lines.push(`“${said}”`);
    text = '';
    if (words !== '') lines.push(words);
  }
  return lines;
}

function stateOf({ properties = [] }: AccessibilityNode, state: string): string[] {
  const value = properties.find(({ name }) => name === state)?.value.value;
  if (value === undefined || value === false || value === 'off') return [];
  return [value === true ? state : `${state} ${textOf(value)}`];
}

function nameOf({ name }: AccessibilityNode): string {
  return textOf(name?.value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
