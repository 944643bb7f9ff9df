import { expect, test } from 'vitest'
import { readLocalSettings } from '../../local/settings.ts'

const BASE = { packageRoot: '/' }
const BOT = 'xoxb-1-secret'
const APP = 'xapp-1-A0-1-secret'
const SECRET = 'a secret of 16 and more'

test.each([
  { name: 'nothing: the stand-in', given: {} },
  { name: 'a bot token and a signing secret', given: { slackToken: BOT, slackSigningSecret: SECRET } },
  { name: 'a bot token and an app token', given: { slackToken: BOT, slackAppToken: APP } },
  { name: 'all three', given: { slackToken: BOT, slackAppToken: APP, slackSigningSecret: SECRET } },
  { name: 'empty ones, as not given', given: { slackToken: '', slackAppToken: '', slackSigningSecret: '' } },
])('of Slack, $name is taken', ({ given }) => {
  expect(readLocalSettings({ ...BASE, ...given })).toMatchObject({ cluster: 'local' })
})

test.each([
  { name: 'an app token alone', given: { slackAppToken: APP }, says: /SLACK_APP_TOKEN is set, SLACK_BOT_TOKEN is not/ },
  { name: 'a bot token alone', given: { slackToken: BOT }, says: /SLACK_SIGNING_SECRET is not.*SLACK_APP_TOKEN/ },
  {
    name: 'the bot token in the place of the app token',
    given: { slackToken: BOT, slackAppToken: BOT },
    says: /SLACK_APP_TOKEN: expected an app token/,
  },
  { name: 'a short secret', given: { slackToken: BOT, slackSigningSecret: 'secret' }, says: /SLACK_SIGNING_SECRET: / },
])('of Slack, $name is refused, by its name and without its value', ({ given, says }) => {
  const read = () => readLocalSettings({ ...BASE, ...given })
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(says) }))
  expect(read).not.toThrow(/secret["']?$|xoxb-1|xapp-1/)
})
