/** What somebody has set out to do; nothing is done before a reason is given and the button pressed. */
export type Intent = 'approve' | 'grant' | 'deny';
